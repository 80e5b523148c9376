// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// speedscope itself, from its npm package, without a browser: its page's script runs on happy-dom's DOM and a canvas that draws nothing.
// A file goes in as its command line tool hands files over (localProfilePath), and what it made of the file comes out as it is saved with
// Control-S: in speedscope's own format.
import fs from "node:fs";
import path from "node:path";

import { Window } from "happy-dom";

const URL_OF_PAGE = "http://localhost/index.html#localProfilePath=profile.js";
const MOST_TURNS = 1000; // of 10 ms, until a file must be loaded

/** Answers every question with itself: WebGL for a page that nobody looks at. */
const anything = new Proxy(function () {}, {
  get: (_, key) => (key === Symbol.toPrimitive ? () => 1 : anything),
  apply: () => anything,
  set: () => true,
});

function bundle(packages) {
  const folder = path.join(packages, "node_modules/speedscope/dist/release");
  const name = fs.readdirSync(folder).find((file) => /^speedscope-.*\.js$/.test(file));
  return fs.readFileSync(path.join(folder, name), "utf8");
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 10));

async function until(condition, what) {
  for (let turn = 0; !condition(); ++turn) {
    if (turn === MOST_TURNS) throw new Error(`speedscope does not ${what}`);
    await pause();
  }
}

/** What the page's script finds in its world; `log` gets what it says, `saved` the texts of files it saves. */
function world(window, log, saved) {
  const say = (...words) => log.push(words.join(" "));
  class SavedBlob {
    constructor(parts) {
      saved.push(parts.join(""));
    }
  }
  const { document, navigator, location, localStorage, HTMLElement, HTMLInputElement, HTMLCanvasElement, Node, Element } = window;
  HTMLCanvasElement.prototype.getContext = () => anything;
  window.URL.createObjectURL = () => "blob:saved";
  return {
    window, self: window, document, navigator, location, localStorage, HTMLElement, HTMLInputElement, HTMLCanvasElement, Node, Element,
    Blob: SavedBlob,
    console: { log: say, warn: say, error: say, assert: (holds, ...words) => holds || say("Assertion failed:", ...words), time() {}, timeEnd() {} },
    alert: say,
    matchMedia: (query) => window.matchMedia(query),
    requestAnimationFrame: () => 0,
    cancelAnimationFrame() {},
  };
}

/** Loads a file: what speedscope saves of it, parsed, and what it said meanwhile. `packages`: the folder of node_modules. */
export async function load(packages, file) {
  const log = [], saved = [];
  const window = new Window({ url: URL_OF_PAGE });
  const names = world(window, log, saved);
  new Function(...Object.keys(names), bundle(packages))(...Object.values(names));
  await until(() => window.speedscope, "start");
  window.speedscope.loadFileFromBase64(path.basename(file), fs.readFileSync(file).toString("base64"));
  const failed = () => log.some((line) => /Failed to load|Unrecognized format|it's empty/.test(line));
  await until(() => failed() || window.document.title.endsWith("- speedscope"), "load the file");
  if (failed()) throw new Error(log.join("\n"));
  await pause();
  window.dispatchEvent(new window.KeyboardEvent("keydown", { key: "s", ctrlKey: true }));
  await until(() => saved.length > 0, "save the file");
  return { group: JSON.parse(saved[0]), log };
}
