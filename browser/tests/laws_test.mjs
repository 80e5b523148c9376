// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import test from "node:test";

import { loadModule } from "./load_module.mjs";

const { amdahl, usl } = await loadModule("laws.ts");

test("Amdahl: no serial part scales perfectly, nothing else beyond its inverse", () => {
    assert.equal(amdahl(8, 0), 8);
    assert.equal(amdahl(8, 1), 1);
    assert.ok(Math.abs(amdahl(1e9, 0.25) - 4) < 1e-6);
});

test("USL: without coherency it is Amdahl's law; with it there is a peak", () => {
    assert.ok(Math.abs(usl(16, 0.1, 0) - amdahl(16, 0.1)) < 1e-12);
    const peak = Math.sqrt((1 - 0.05) / 0.01); // Gunther 2007
    assert.ok(usl(peak, 0.05, 0.01) > usl(peak - 1, 0.05, 0.01));
    assert.ok(usl(peak, 0.05, 0.01) > usl(peak + 1, 0.05, 0.01));
});
