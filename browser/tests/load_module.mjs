// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
import path from "node:path";
import { fileURLToPath } from "node:url";

import * as esbuild from "esbuild";

const sources = path.join(path.dirname(fileURLToPath(import.meta.url)), "../src");

/** A module of the page, as node can import it. */
export async function loadModule(name) {
    const { outputFiles } = await esbuild.build({ entryPoints: [path.join(sources, name)], bundle: true, write: false, format: "esm" });
    return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}
