// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import test from "node:test";

import { loadModule } from "./load_module.mjs";

const format = await loadModule("format.ts");

test("seconds have three digits that count, and the unit that fits", () => {
    const cases = [[0, "0 s"], [1.234, "1.23 s"], [12.34, "12.3 s"], [123.4, "123 s"], [0.42, "420 ms"], [0.0123, "12.3 ms"], [12e-6, "12.0 µs"], [42e-9, "42.0 ns"], [0.99996, "1.00 s"], [-0.5, "−500 ms"]];
    for (const [value, text] of cases) assert.equal(format.seconds(value), text);
});

test("cores never show a minus before nothing", () => {
    assert.equal(format.cores(-0.001), "0.00");
    assert.equal(format.cores(-0.25), "−0.25");
});

test("percent, places and counts", () => {
    assert.equal(format.percent(0.054), "5.4 %");
    assert.equal(format.percent(0.54), "54 %");
    assert.equal(format.placeText("/a/b/app.py", 12), "app.py:12");
    assert.equal(format.placeText("/lib/libm.so", 0), "libm.so");
    assert.equal(format.count(1234567), "1,234,567");
    assert.equal(format.count(0.5), "0.50");
});

test("long texts keep both ends", () => {
    const text = format.shortened("a".repeat(3000) + "z".repeat(1000));
    assert.ok(text.length <= 121 && text.startsWith("aaa") && text.endsWith("zzz") && text.includes("…"));
    assert.equal(format.shortened("short"), "short");
});
