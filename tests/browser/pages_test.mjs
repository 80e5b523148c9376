// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Pages in headless Chromium. PAGES: the folder that browser_test.py has filled; BROWSER: the program.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import test, { after, before } from "node:test";

import { chromium } from "playwright-core";

const { PAGES, BROWSER } = process.env;
const kFlags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

let browser;
before(async () => (browser = await chromium.launch({ executablePath: BROWSER, args: kFlags })));
after(() => browser.close());

const readJson = (name) => JSON.parse(fs.readFileSync(path.join(PAGES, name), "utf8"));

/** Opens a page, has `look` look at it, and fails for whatever it complained of or asked for meanwhile. */
async function withPage(name, look, options = {}) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, reducedMotion: "reduce", ...options });
    const complaints = [];
    const address = `file://${path.join(PAGES, name)}`;
    page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("request", (request) => request.url() !== address && !request.url().startsWith("data:") && complaints.push(request.url()));
    page.on("dialog", (dialog) => complaints.push(dialog.message()));
    await page.goto(address);
    await page.waitForSelector("main h2");
    await look(page);
    await page.close();
    assert.deepEqual(complaints, []);
}

/** Pages are drawn a moment after they are asked to be. */
async function eventually(check, attempts = 50) {
    for (let i = 0; i < attempts; ++i) {
        try {
            return await check();
        } catch {
            await new Promise((resolve) => setTimeout(resolve, 50));
        }
    }
    return check();
}

const texts = (page, selector) => page.locator(selector).allTextContents();
const frameWith = (page, label) => page.locator(`g.frame[aria-label^="${label},"]`).first();
const widthOf = async (locator) => (await locator.boundingBox()).width;

for (const name of ["shared_list", "serial_section", "ignores_count"]) {
    test(`${name}: the findings and the summary are the report's, in its order`, () =>
        withPage(`${name}.html`, async (page) => {
            const report = readJson(`${name}.json`);
            assert.ok(report.findings.length > 0);
            assert.deepEqual(await texts(page, ".finding h3"), report.findings.map(({ title }) => title));
            assert.deepEqual(await texts(page, ".finding .advice"), report.findings.map(({ advice }) => advice));
            assert.equal(await page.locator(".summary").textContent(), report.summary);
            assert.ok((await page.title()).includes(`${name}.py`));
        }));
}

test("a script that ignores the thread count is told so first, and promised nothing", () =>
    withPage("ignores_count.html", async (page) => {
        assert.match((await texts(page, ".finding h3"))[0], /does the same at 1 and 2 threads/);
        assert.match(await page.locator(".summary").textContent(), /no notice of the thread count/);
        assert.equal(await page.locator(".finding .gain").count(), 0);
    }));

// What else the machine does is none of theirs.
const firstFinding = async (page) => (await texts(page, ".finding h3")).filter((title) => !/other programs/.test(title))[0];

test("the two examples are told apart by their first finding", async () => {
    await withPage("shared_list.html", async (page) => assert.match(await firstFinding(page), /list.*collect/));
    await withPage("serial_section.html", async (page) => assert.match(await firstFinding(page), /prepare/));
});

test("the ledger's columns sum to the threads", () =>
    withPage("shared_list.html", async (page) => {
        const rows = await page.locator(".ledger tbody tr").evaluateAll((all) => all.map((row) => [...row.querySelectorAll("td.number")].map((cell) => cell.textContent)));
        const sum = rows.reduce((total, cells) => total + (cells[1] === "·" ? 0 : Number(cells[1].replace("−", "-"))), 0);
        assert.ok(Math.abs(sum - 2) < 0.05, `the rows sum to ${sum}`);
    }));

test("the curve and the stack are drawn", () =>
    withPage("shared_list.html", async (page) => {
        assert.equal(await page.locator("#curve svg circle").count(), 2);
        assert.ok((await page.locator("#ledger svg rect").count()) >= 3);
    }));

test("the functions sort by each column, both ways", () =>
    withPage("shared_list.html", async (page) => {
        const table = page.locator("#functions table").first();
        const lost = () => table.locator("tbody tr.openable td:nth-child(3)").allTextContents().then((cells) => cells.map((cell) => Number(cell.replace("−", "-"))));
        const descending = (values) => values.every((value, i) => i === 0 || values[i - 1] >= value);
        assert.ok(descending(await lost()), "largest loss first");
        await table.getByRole("button", { name: "lost cores" }).click();
        await eventually(async () => assert.equal(await table.locator("th", { hasText: "lost cores" }).getAttribute("aria-sort"), "ascending"));
        assert.ok(descending((await lost()).reverse()), "smallest loss first");
        await table.getByRole("button", { name: "function" }).click();
        await eventually(async () => assert.equal(await table.locator("th", { hasText: "function" }).getAttribute("aria-sort"), "ascending"));
        const names = await table.locator("tbody tr.openable code").allTextContents();
        const sorted = [...names].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
        assert.equal(names[0].toLowerCase(), sorted[0].toLowerCase());
    }));

test("a function opens into the lock it waits for, its waiters and holders; the filter finds it", () =>
    withPage("shared_list.html", async (page) => {
        await page.getByLabel("Filter functions").fill("COLLECT");
        const row = page.locator("#functions tr.openable").first();
        await eventually(async () => assert.match(await row.textContent(), /collect/));
        await row.click();
        const detail = await page.locator("#functions tr.detail").textContent();
        for (const word of ["lock: list", "who waits", "who makes them wait", "lost to", "shared_list.py:"]) assert.ok(detail.includes(word), `no '${word}' in: ${detail}`);
        await row.getByRole("button").press("Enter");
        await eventually(async () => assert.equal(await page.locator("#functions tr.detail").count(), 0));
    }));

test("loss: the picture is as wide as the gap to the ideal, and says how wide that is", () =>
    withPage("shared_list.html", async (page) => {
        const point = readJson("shared_list.json").scaling.points.find(({ threads }) => threads === 2);
        await page.getByRole("tab", { name: "Scaling loss" }).click();
        assert.ok((await page.locator("#flames .note").first().textContent()).includes(`${(2 - point.speedup).toFixed(2)} of 2 cores`));
        const root = page.locator("g.frame").first();
        await page.waitForSelector("g.frame");
        await root.hover();
        assert.ok((await page.locator(".tooltip").textContent()).includes(`${(2 - point.speedup).toFixed(2)} cores`));
        const widths = await page.locator("g.frame").evaluateAll((frames) => frames.map((frame) => frame.getBoundingClientRect().width));
        assert.ok(Math.max(...widths) <= widths[0] + 1);
    }));

test("zoom: a click makes a frame as wide as the picture, Escape shows all again", () =>
    withPage("shared_list.html", async (page) => {
        await page.getByRole("tab", { name: "Time" }).click();
        const frame = frameWith(page, "list_append");
        const whole = await widthOf(page.locator("g.frame").first());
        const before = await widthOf(frame);
        assert.ok(before < whole - 10, "the frame is part of the picture");
        await frame.click();
        await eventually(async () => assert.ok(Math.abs((await widthOf(frameWith(page, "list_append"))) - whole) < 2));
        await page.keyboard.press("Escape");
        await eventually(async () => assert.ok(Math.abs((await widthOf(frameWith(page, "list_append"))) - before) < 2));
    }));

test("search marks what matches and says what share that is", () =>
    withPage("shared_list.html", async (page) => {
        await page.getByRole("tab", { name: "Time" }).click();
        await page.getByLabel("Search functions").fill("LIST_append");
        const matches = () => page.locator("g.frame.match").evaluateAll((frames) => frames.map((frame) => frame.getAttribute("aria-label")));
        await eventually(async () => assert.ok((await matches()).length > 0));
        assert.ok((await matches()).every((label) => label.toLowerCase().includes("list_append")));
        assert.match(await page.locator(".matched").textContent(), /^[1-9][\d.]* % matched/);
        await page.getByLabel("Search functions").fill("no such function");
        await eventually(async () => assert.deepEqual(await matches(), []));
        assert.match(await page.locator(".matched").textContent(), /^0 % matched/);
        await page.getByLabel("Search functions").fill("");
        await eventually(async () => assert.equal(await page.locator(".matched").textContent(), ""));
    }));

test("the keyboard walks the frames, says what they cost, zooms and finds the search field", () =>
    withPage("shared_list.flamegraph.html", async (page) => {
        const graph = page.locator(".flame-graph");
        await graph.focus();
        for (const key of ["ArrowDown", "ArrowDown", "ArrowDown"]) await page.keyboard.press(key);
        const third = await page.locator("g.frame.selected").getAttribute("aria-label");
        assert.match(await page.locator(".selected-frame").textContent(), /with callees/);
        await page.keyboard.press("ArrowUp");
        assert.notEqual(await page.locator("g.frame.selected").getAttribute("aria-label"), third);
        await page.keyboard.press("ArrowDown");
        assert.equal(await page.locator("g.frame.selected").getAttribute("aria-label"), third);
        await page.keyboard.press("Enter");
        assert.ok(Math.abs((await widthOf(page.locator("g.frame.selected"))) - (await widthOf(graph))) < 2);
        await page.keyboard.press("/");
        await eventually(async () => assert.ok(await page.getByLabel("Search functions").evaluate((field) => field === document.activeElement)));
    }));

test("a category that is switched off leaves the picture", () =>
    withPage("shared_list.html", async (page) => {
        await page.getByRole("tab", { name: "Time" }).click();
        await page.locator(".chips button", { hasText: "spin" }).click();
        await eventually(async () => {
            await page.mouse.move(0, 0);
            await page.locator("g.frame").first().hover();
            assert.doesNotMatch(await page.locator(".tooltip").textContent(), /spin/);
        });
        assert.match(await page.locator(".tooltip").textContent(), /work/);
    }));

test("waits are shown at their waiter and at their holder", () =>
    withPage("shared_list.html", async (page) => {
        for (const name of ["Waits, by waiter", "Waits, by holder"]) {
            await page.getByRole("tab", { name }).click();
            await eventually(async () => {
                await page.mouse.move(0, 0);
                await frameWith(page, "collect").hover();
                assert.match(await page.locator(".tooltip").textContent(), /waits.*list/s);
            });
        }
    }));

test("the timeline tells what is pointed at, and zooms by keyboard", () =>
    withPage("shared_list.html", async (page) => {
        const canvas = page.locator("#timeline canvas");
        await canvas.scrollIntoViewIfNeeded();
        const box = await canvas.boundingBox();
        await page.mouse.move(box.x + box.width / 2, box.y + 14 + 5);
        await eventually(async () => assert.match(await page.locator(".pointed").textContent(), /MainThread/));
        const ticks = () => texts(page, "#timeline .tick text");
        const before = await ticks();
        await canvas.focus();
        await page.keyboard.press("+");
        await eventually(async () => assert.notDeepEqual(await ticks(), before));
        await page.keyboard.press("Escape");
        await eventually(async () => assert.deepEqual(await ticks(), before));
        const colours = await canvas.evaluate((element) => {
            const { data } = element.getContext("2d").getImageData(0, 0, element.width, element.height);
            const seen = new Set();
            for (let i = 0; i < data.length; i += 4) if (data[i + 3] === 255) seen.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
            return seen.size;
        });
        assert.ok(colours >= 4, `only ${colours} colours`);
    }));

test("another thread count changes what is below it", () =>
    withPage("shared_list.html", async (page) => {
        await page.locator(".choice label", { hasText: "1" }).first().click();
        await eventually(async () => assert.equal(await page.getByRole("tab", { name: "Scaling loss" }).count(), 0));
        assert.match(await page.locator("#flames .note").first().textContent(), /All 1 ×/);
    }));

/** WCAG 2: the contrast of each text with what is behind it. */
function lowContrasts() {
    const parse = (colour) => (/\((.*)\)/.exec(colour)?.[1] ?? "0,0,0,0").split(/[ ,/]+/).filter((part) => !Number.isNaN(Number(part))).map(Number);
    const toRgb = (colour) => {
        const parts = parse(colour);
        const scale = colour.startsWith("color(") ? 255 : 1;
        return { rgb: parts.slice(0, 3).map((part) => part * scale), alpha: parts[3] ?? 1 };
    };
    const luminance = (rgb) => rgb.map((part) => part / 255).map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)).reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);
    const behind = (element) => {
        const frame = element.closest?.("g.frame");
        if (frame) return toRgb(getComputedStyle(frame.querySelector("rect")).fill).rgb;
        for (let at = element; at; at = at.parentElement) {
            const { rgb, alpha } = toRgb(getComputedStyle(at).backgroundColor);
            if (alpha > 0.99) return rgb;
        }
        return [255, 255, 255];
    };
    const low = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const element = node.parentElement;
        if (!node.textContent.trim() || !element.checkVisibility() || element.closest("script, style, svg:not(.d3-flame-graph), button[aria-pressed=false], .fade")) continue;
        const [a, b] = [toRgb(getComputedStyle(element).color).rgb, behind(element)].map(luminance);
        const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (contrast < 4.5) low.push(`${contrast.toFixed(1)}: ${element.className} '${node.textContent.slice(0, 40)}'`);
    }
    return low;
}

for (const colorScheme of ["light", "dark"]) {
    test(`${colorScheme}: every text can be read`, () =>
        withPage(
            "shared_list.html",
            async (page) => {
                const [red] = (await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).match(/\d+/g).map(Number);
                assert.ok(colorScheme === "dark" ? red < 80 : red > 200);
                assert.deepEqual(await page.evaluate(lowContrasts), []);
                await page.getByRole("tab", { name: "Time" }).click();
                assert.deepEqual(await page.evaluate(lowContrasts), []);
            },
            { colorScheme },
        ));
}

test("all colours of frames carry text, light and dark", async () => {
    for (const colorScheme of ["light", "dark"]) await withPage("large.html", async (page) => assert.deepEqual(await page.evaluate(lowContrasts), []), { colorScheme });
});

test("the button switches the colours", () =>
    withPage("shared_list.html", async (page) => {
        const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        const before = await background();
        await page.getByRole("button", { name: /Switch to dark/ }).click();
        await eventually(async () => assert.notEqual(await background(), before));
        await page.getByRole("button", { name: /Switch to light/ }).click();
        await eventually(async () => assert.equal(await background(), before));
    }));

for (const name of ["shared_list.html", "odd_names.html", "shared_list.flamegraph.html"]) {
    test(`${name} fits a narrow window`, () =>
        withPage(
            name,
            async (page) => {
                assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 400);
                if (name === "shared_list.html") {
                    await page.locator("#functions tr.openable").first().click();
                    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 400);
                }
                assert.ok((await page.locator("g.frame").count()) > 3);
            },
            { viewport: { width: 400, height: 800 } },
        ));
}

test("odd names are text, and nothing else, in flame graphs", () =>
    withPage("odd.html", async (page) => {
        const frames = await page.locator("g.frame").evaluateAll((all) => all.map((frame) => frame.__data__.data.name));
        for (const name of readJson("names.json")) assert.ok(frames.includes(name), `no frame is called ${name.slice(0, 60)}`);
        const labels = await texts(page, "g.frame .d3-flame-graph-label");
        for (const name of ["</script><!--", "<lambda>", "say \"hello\" 'you' \\ there"]) assert.ok(labels.includes(name));
    }));

test("odd names of a real script are text in tables, findings, details and timelines", () =>
    withPage("odd_names.html", async (page) => {
        assert.equal(await page.locator("b").count(), 0);
        const names = ["</script><b>bold</b>", "a;b \"c\" 'd' & <lambda>", "größe.计算"];
        const more = page.locator("#functions .more");
        if (await more.count()) await more.click();
        const listed = await texts(page, "#functions code");
        for (const name of names) assert.ok(listed.includes(name), `${name} is not among the functions`);
        assert.ok(listed.some((name) => /^x{50,}…x{50,}$/.test(name)), "the long name is shortened");
    }));

test("as many frames and slices as a page ever has still make a page", () =>
    withPage("large.html", async (page) => {
        assert.ok(fs.statSync(path.join(PAGES, "large.html")).size < 10e6);
        assert.ok((await page.locator("g.frame").count()) > 1000);
        assert.match(await page.locator("#flames").textContent(), /too small to be drawn/);
    }));
