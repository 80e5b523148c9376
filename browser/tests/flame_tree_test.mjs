// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import test from "node:test";

import { loadModule } from "./load_module.mjs";

const { makeTree, mainCategory, matchedSeconds } = await loadModule("flame_tree.ts");

// main calls f and g; f calls h
const flames = {
    functions: ["main", "f", "g", "h"].map((name) => ({ name, file: "/app.py", line: 1, native: false })),
    locks: [{ kind: "object", type: "list" }],
    nodes: { parent: [0, 0, 1, 1, 2], function: [-1, 0, 1, 2, 3], line: [0, 1, 2, 3, 4] },
    views: [],
};

function view(kind, rows) {
    const own = { node: [], category: [], lock: [], seconds: [], waits: [] };
    for (const [node, category, seconds, lock = -1, waits = 0] of rows) {
        own.node.push(node);
        own.category.push(category);
        own.lock.push(lock);
        own.seconds.push(seconds);
        own.waits.push(waits);
    }
    return { kind, threads: 2, versus: null, wall_s: 1, total_s: own.seconds.reduce((a, b) => a + b, 0), folded_share: 0, own };
}

const close = (actual, expected) => assert.ok(Math.abs(actual - expected) < 1e-9, `${actual} is not ${expected}`);
const named = (frame, name) => frame.children.find((child) => child.name === name);

test("frames have what they cost themselves and what they call, by category", () => {
    const root = makeTree(flames, view("time", [[1, 0, 1], [2, 0, 2], [4, 1, 3], [3, 0, 4]]));
    const main = root.children[0];
    close(root.value, 10);
    close(main.seconds, 10);
    close(main.own.get(0), 1);
    close(main.total.get(0), 7);
    close(main.total.get(1), 3);
    assert.deepEqual(main.children.map((child) => child.name), ["f", "g"]);
    close(named(main, "f").children[0].value, 3);
});

test("a filter of categories leaves out what costs nothing then", () => {
    const root = makeTree(flames, view("time", [[2, 0, 2], [4, 1, 3], [3, 0, 4]]), { categories: new Set([1]) });
    close(root.value, 3);
    assert.deepEqual(root.children[0].children.map((child) => child.name), ["f"]);
});

test("loss: the root is as wide as the gap; what shrank has no width and is listed", () => {
    const root = makeTree(flames, view("loss", [[4, 0, 3], [3, 0, -1]]));
    close(root.value, 2);
    const main = root.children[0];
    close(main.value, 2);
    assert.deepEqual(main.children.map((child) => child.name), ["f"]);
    close(main.children[0].seconds, 3);
    close(main.children[0].value, 2);
    close(main.children[0].children[0].value, 2);
    assert.deepEqual(main.shrunk.map((child) => [child.name, child.seconds]), [["g", -1]]);
});

test("loss: children are never wider than their parents, whatever shrank", () => {
    const root = makeTree(flames, view("loss", [[1, 0, -0.3], [2, 0, -0.2], [4, 0, 0.7], [3, 1, 0.1]]));
    const open = [root];
    for (let frame = open.pop(); frame; frame = open.pop()) {
        const wide = frame.children.reduce((sum, child) => sum + child.value, 0);
        assert.ok(wide <= frame.value, `${frame.name}: ${wide} in ${frame.value}`);
        open.push(...frame.children);
    }
    close(root.value, 0.3);
});

test("what shrank can be looked at instead", () => {
    const root = makeTree(flames, view("loss", [[4, 0, 1], [3, 0, -3]]), { shrunk: true });
    close(root.value, 2);
    assert.deepEqual(root.children[0].children.map((child) => child.name), ["g"]);
});

test("nothing lost is no width", () => {
    assert.equal(makeTree(flames, view("loss", [[4, 0, -1]])).value, 0);
    assert.equal(makeTree(flames, view("time", [])).value, 0);
});

test("waits and locks are their callers', too", () => {
    const root = makeTree(flames, view("waits_by_waiter", [[4, 3, 0.5, 0, 7], [3, 3, 0.25, 0, 1]]));
    close(root.waits, 8);
    close(root.locks.get(0), 0.75);
    assert.equal(mainCategory(root), 3);
});

test("a match within a match counts once", () => {
    const root = makeTree(flames, view("time", [[2, 0, 2], [4, 1, 3], [3, 0, 4]]));
    close(matchedSeconds(root, (name) => name === "f" || name === "h"), 5);
    close(matchedSeconds(root, () => false), 0);
});
