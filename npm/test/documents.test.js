// The JavaScript examples of the documentation, run as they stand there. What a comment shows of a call is what it returns.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { passThrough } from "exocet";
import { loaderWith, SHOP } from "./support.js";

/** Names that an example takes from the text around it. */
const { loader } = await loaderWith({ ...SHOP, "till.py": "import shop.tax\ntax = shop.tax" });
const around = { loader, passThrough, imports: passThrough, sources: { "plugin.py": "def run():\n    while True: pass" } };

const AsyncFunction = (async () => {}).constructor;

/** Runs an example, and returns what it showed and what its comments say that it shows. */
async function run(example) {
  const body = example
    .replace(/^import (\{.*\}) from ("[^"]*");$/gm, "const $1 = await load($2);")
    .replace(/^console\.log\((.*)\); \/\/ (.*)$/gm, (_, shown, comment) => `show(String(${shown}), ${JSON.stringify(comment)});`)
    .replace(/^(\w+\.\w+\(.*\)); \/\/ ("[^"]*")$/gm, "show($1, $2);");
  const isGiven = ([name]) => !new RegExp(`const (\\{.*)?\\b${name}\\b`).test(body);
  const given = Object.fromEntries(Object.entries(around).filter(isGiven));
  const shown = [];
  const names = ["load", "show", ...Object.keys(given)];
  const program = new AsyncFunction(...names, `${body}\nreturn loader;`);
  const used = await program((name) => import(name), (...pair) => shown.push(pair), ...Object.values(given));
  if (used !== loader) used.dispose();
  return shown;
}

for (const file of ["../README.md", "../../docs/src/wasm.md"]) {
  const text = readFileSync(new URL(file, import.meta.url), "utf8");
  const examples = [...text.matchAll(/^```js\n(.*?)^```$/gms)].map((match) => match[1]);
  test(`the examples of ${file} run`, async () => {
    const shown = [];
    for (const example of examples) shown.push(...(await run(example)));
    assert.ok(shown.length > 0);
    for (const [value, comment] of shown) assert.equal(value, comment);
  });
}
