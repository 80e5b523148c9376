// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Makes one HTML file of everything in src/: node build.mjs [OUTPUT]
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

import * as esbuild from "esbuild";
import { compile } from "json-schema-to-typescript";

const here = path.dirname(fileURLToPath(import.meta.url));
const output = path.resolve(process.argv[2] ?? path.join(here, "dist/template.html"));

/** The types of the JSON report, from its schema: they cannot drift from what the tool writes. */
async function generateReportTypes() {
    const schema = JSON.parse(await readFile(path.join(here, "../src/report/report.schema.json"), "utf8"));
    const types = await compile({ ...schema, title: "Report" }, "Report", { additionalProperties: false, format: false });
    await mkdir(path.join(here, "generated"), { recursive: true });
    await writeFile(path.join(here, "generated/report_json.ts"), types);
}

async function bundle() {
    return esbuild.build({
        absWorkingDir: here,
        entryPoints: ["src/main.tsx"],
        outdir: "dist",
        bundle: true,
        write: false,
        minify: true,
        keepNames: true, // d3-flame-graph knows its own nodes by the name of their class
        format: "iife",
        target: ["chrome100", "firefox100", "safari15.4"],
        jsx: "automatic",
        jsxImportSource: "preact",
        alias: { react: "preact/compat", "react-dom": "preact/compat" },
        legalComments: "none", // the licences are added whole
        metafile: true,
    });
}

/** Names of the packages that have given something to the bundle. */
function packagesIn(metafile) {
    const names = new Set();
    for (const file of Object.keys(metafile.inputs)) {
        const match = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file);
        if (match) names.add(match[1]);
    }
    return [...names].sort();
}

async function licenceOf(name) {
    const folder = path.join(here, "node_modules", name);
    const { version, license } = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8"));
    for (const file of ["LICENSE", "LICENSE.md", "LICENCE", "license"]) {
        const text = await readFile(path.join(folder, file), "utf8").catch(() => null);
        if (text) return `${name} ${version} (${license})\n\n${text.trim()}\n`;
    }
    return `${name} ${version} (${license})\n`;
}

const textOf = (outputs, suffix) => outputs.find((file) => file.path.endsWith(suffix))?.text ?? "";

await generateReportTypes();
const { outputFiles, metafile } = await bundle();
const licences = await Promise.all(packagesIn(metafile).map(licenceOf));
const parts = {
    STYLE: textOf(outputFiles, ".css"),
    // Inside a script element nothing may look like its end.
    SCRIPT: textOf(outputFiles, ".js").replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--"),
    LICENCES: licences.join("\n----\n\n").replaceAll("--", "- -"),
};
const page = await readFile(path.join(here, "src/page.html"), "utf8");
await mkdir(path.dirname(output), { recursive: true });
await writeFile(output, page.replace(/\/\*(STYLE|SCRIPT)\*\/|\bLICENCES\b/g, (mark, name) => parts[name ?? mark]));
