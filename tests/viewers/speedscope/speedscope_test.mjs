// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Exports as speedscope reads them: its schema takes them, and its totals are ours.
//
// usage: node speedscope_test.mjs PACKAGES FOLDER
// PACKAGES holds node_modules, FOLDER the files and expected.json of write_speedscope_samples.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import test from "node:test";

import Ajv from "ajv";

import { load } from "./speedscope.mjs";

const [packages, folder] = process.argv.slice(2);
const read = (file) => JSON.parse(fs.readFileSync(file, "utf8"));
const expected = read(path.join(folder, "expected.json"));
const schema = read(path.join(packages, "node_modules/speedscope/dist/release/file-format-schema.json"));
const validate = new Ajv({ strict: false }).compile(schema);

/** Sums of the profile's own frames: what is open until what closes. */
function total(profile) {
  let sum = 0, open = 0, since = 0;
  for (const { type, at } of profile.events) {
    if (open > 0) sum += at - since;
    since = at;
    open += type === "O" ? 1 : -1;
  }
  assert.equal(open, 0);
  return sum;
}

function checkProfiles(group, { unit, profiles }) {
  assert.equal(group.profiles.length, profiles.length);
  for (const [index, { name, total: seconds }] of profiles.entries()) {
    const profile = group.profiles[index];
    if (name !== undefined) assert.ok(profile.name.includes(name), `${profile.name} is not ${name}`);
    assert.equal(profile.unit, unit);
    assert.ok(Math.abs(total(profile) - seconds) <= 1e-6 * seconds + 1e-9, `${profile.name}: ${total(profile)} is not ${seconds}`);
  }
}

assert.ok(Object.keys(expected).length > 10);
for (const [file, facts] of Object.entries(expected)) {
  test(file, async () => {
    const source = path.join(folder, file);
    if (file.endsWith(".speedscope.json")) assert.ok(validate(read(source)), JSON.stringify(validate.errors));
    const { group, log } = await load(packages, source);
    checkProfiles(group, facts);
    assert.deepEqual(log.filter((line) => /still open|Tried to|invalid|Assertion/i.test(line)), []);
    const names = group.shared.frames.map((frame) => frame.name).join("\0") + "\0";
    for (const name of facts.names ?? []) {
      const text = file.endsWith(".speedscope.json") ? name : JSON.stringify(name);
      assert.ok(names.includes(text), `${text} is not among the frames`);
    }
  });
}

test("what the schema refuses", () => {
  const wrong = read(path.join(folder, "cpu.speedscope.json"));
  delete wrong.profiles[0].weights;
  assert.ok(!validate(wrong));
});

test("a file that speedscope refuses", async () => {
  const wrong = read(path.join(folder, "cpu.speedscope.json"));
  wrong.profiles[0].weights.pop();
  const file = path.join(folder, "wrong.speedscope.json");
  fs.writeFileSync(file, JSON.stringify(wrong));
  await assert.rejects(load(packages, file), /weights/);
});
