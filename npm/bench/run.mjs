// Measures Exocet against Pyodide and MicroPython, in Node and, where there is a Chromium, in it; all in turn, in one run.
//
//   node bench/run.mjs [--runs N] [--node] [--write]
//
// With --node, in Node alone.
//
// Writes a table, and with --write also bench/results.json and bench/results.svg, which npm/README.md shows.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { APART, median } from "./contenders.js";
import { browser } from "./browser.js";
import { asCompiled, picture } from "./picture.js";
import { sizes } from "./sizes.js";

const { values } = parseArgs({ options: { runs: { type: "string", default: "7" }, node: { type: "boolean", default: false }, write: { type: "boolean", default: false } } });
const RUNS = Number(values.runs);
const here = new URL(".", import.meta.url).pathname;
const NAMES = ["exocet core", "exocet std", "pyodide", "micropython"];

const line = (...args) => ["--no-warnings", `${here}one.js`, ...args];
/** With this set, Node reads certificates at its start, which takes longer than the start. */
const env = { ...process.env, NODE_EXTRA_CA_CERTS: undefined };
const node = (...args) => execFileSync(process.execPath, line(...args), { encoding: "utf8", env });

/** From the start of a process until it says that its first module is loaded. What its end takes is not counted. */
async function start(name) {
  const begun = performance.now();
  const child = spawn(process.execPath, line(name, "start"), { stdio: ["ignore", "pipe", "inherit"], env });
  await once(child.stdout, "data");
  const took = performance.now() - begun;
  await once(child, "exit");
  return took;
}

/** The middle of each figure over the runs. */
function middles(runs) {
  const figures = Object.keys(runs[0]).filter((figure) => typeof runs[0][figure] === "number");
  return Object.fromEntries(figures.map((figure) => [figure, median(runs.map((run) => run[figure]))]));
}

const inNode = Object.fromEntries(NAMES.map((name) => [name, []]));
for (let at = 0; at < RUNS; at += 1) {
  for (const name of NAMES) {
    const started = await start(name);
    const parts = ["", ...APART].map((only) => JSON.parse(node(name, only)));
    inNode[name].push(Object.assign({ start: started }, ...parts));
  }
}
const wire = sizes();
const results = { node: {}, chromium: {} };
for (const name of NAMES) {
  results.node[name] = { ...middles(inNode[name]), ...wire[name] };
}
if (!values.node && existsSync("/usr/bin/chromium")) {
  const inBrowser = await browser(NAMES, RUNS);
  for (const name of NAMES) {
    results.chromium[name] = middles(inBrowser[name]);
  }
}

const FIGURES = {
  start: ["Process start to first module", (value) => `${value.toFixed(0)} ms`],
  ready: ["Import of the package to ready", (value) => `${value.toFixed(0)} ms`],
  library: ["Import of json, re, dataclasses, enum, datetime", (value) => `${value.toFixed(0)} ms`],
  second: ["Second loader of a process", (value) => `${value.toFixed(0)} ms`],
  cold: ["Cold load, first 200", (value) => `${value.toFixed(2)} ms`],
  coldLater: ["Cold load, last 200 of 3,000", (value) => `${value.toFixed(2)} ms`],
  units: ["Cold load of code compiled ahead, first 200", (value) => `${value.toFixed(2)} ms`],
  unitsLater: ["Cold load of code compiled ahead, last 200", (value) => `${value.toFixed(2)} ms`],
  warm: ["Warm fresh load", (value) => `${value.toFixed(3)} ms`],
  byHand: ["The cached code alone, by hand", (value) => `${value.toFixed(3)} ms`],
  memory: ["WebAssembly memory", (value) => `${(value / 2 ** 20).toFixed(0)} MiB`],
  gzip: ["Over the wire, gzip", (value) => `${(value / 1e6).toFixed(2)} MB`],
  brotli: ["Over the wire, brotli", (value) => `${(value / 1e6).toFixed(2)} MB`],
};

function table(title, measured) {
  const rows = Object.entries(FIGURES).flatMap(([figure, [words, show]]) => {
    if (NAMES.every((name) => measured[name][figure] === undefined)) {
      return [];
    }
    const pyodide = measured.pyodide[asCompiled(figure)];
    const cell = (name) => {
      const value = measured[name][figure];
      return value === undefined ? "-" : `${show(value)} (${(value / pyodide).toFixed(2)})`;
    };
    return [`| ${words} | ${NAMES.map(cell).join(" | ")} |`];
  });
  return [`| ${title} | ${NAMES.join(" | ")} |`, `|---|${NAMES.map(() => "---:|").join("")}`, ...rows].join("\n");
}

const tables = [table("Node", results.node), ...(Object.keys(results.chromium).length > 0 ? [table("Chromium", results.chromium)] : [])];
console.log(`${tables.join("\n\n")}\n\nMedians of ${RUNS} runs in turn; in brackets, the ratio to Pyodide.`);
if (values.write) {
  writeFileSync(`${here}results.json`, `${JSON.stringify(results, undefined, 1)}\n`);
  writeFileSync(`${here}results.svg`, picture(results.node, FIGURES));
}
