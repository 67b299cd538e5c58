// The JavaScript examples of the documentation, run as they stand there. What a comment shows of a call is what it returns.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { format } from "node:util";
import { chromium } from "playwright-core";
import { CHROMIUM } from "../bench/browser.js";
import { serve } from "./serve.js";

/** What an example fetches: a bundle. */
const fetched = async () => new Response(readFileSync(new URL("data/bundle.exo", import.meta.url)));

const AsyncFunction = (async () => {}).constructor;

/** Runs an example, and returns what it showed and what its comments say that it shows. */
async function run(example) {
  const body = example
    .replace(/^import (\{.*\}) from ("[^"]*");$/gm, "const $1 = await load($2);")
    .replace(/^( *)console\.log\((.*)\); \/\/ (.*)$/gm, (_, indent, shown, comment) => `${indent}show(format(${shown}), ${JSON.stringify(comment)});`)
    .replace(/^(\w+\.\w+\(.*\)); \/\/ ("[^"]*")$/gm, "show($1, $2);");
  const shown = [];
  const program = new AsyncFunction("load", "show", "format", "fetch", body);
  await program((name) => import(name), (...pair) => shown.push(pair), format, fetched);
  return shown;
}

for (const file of ["../README.md", "../../docs/src/bundles.md", "../../docs/src/wasm.md"]) {
  const text = readFileSync(new URL(file, import.meta.url), "utf8");
  const examples = [...text.matchAll(/^```js\n(.*?)^```$/gms)].map((match) => match[1]);
  test(`the examples of ${file} run`, async () => {
    const shown = [];
    for (const example of examples) shown.push(...(await run(example)));
    assert.ok(shown.length > 0);
    for (const [value, comment] of shown) assert.equal(value, comment);
  });
}

// A tutorial is done as it stands: its files are written, its commands run, and its page is opened, in a folder that has the package.
for (const file of ["../../docs/src/tutorial-javascript.md"]) {
  const text = readFileSync(new URL(file, import.meta.url), "utf8");
  const blocks = [...text.matchAll(/^```(.+)\n([^]*?)^```$/gm)].map(([, fence, body]) => ({ fence, body }));
  test(`what ${file} says is so`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "exocet-"));
    t.after(() => rm(folder, { recursive: true }));
    await mkdir(join(folder, "node_modules"));
    await symlink(fileURLToPath(new URL("..", import.meta.url)), join(folder, "node_modules/exocet"));
    let compared = 0;
    for (const { fence, body } of blocks) {
      if (fence === "console node") {
        const commands = [...body.matchAll(/^\$ (.*)\n((?:(?!\$ ).*\n)*)/gm)];
        for (const [, command, printed] of commands) assert.equal(await runs(command, folder), printed, command);
      } else if (fence === "text shown") {
        const shown = await shows(folder);
        assert.equal(shown ?? body.trim(), body.trim());
      } else if (fence.includes(".")) {
        const path = join(folder, fence.split(" ")[1]);
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, body);
        continue;
      }
      compared += 1;
    }
    assert.ok(compared > 0);
  });
}

/** What a command prints, that is `node` with a file. */
function runs(command, cwd) {
  const [program, ...args] = command.split(" ");
  assert.equal(program, "node");
  return new Promise((done, failed) =>
    execFile(process.execPath, args, { cwd }, (error, stdout) => (error ? failed(error) : done(stdout))),
  );
}

/** The last line of the folder's page, in a browser if there is one. */
async function shows(folder) {
  if (!existsSync(CHROMIUM.executablePath)) return undefined;
  const [browser, server] = [await chromium.launch(CHROMIUM), await serve(pathToFileURL(`${folder}/`))];
  try {
    const page = await browser.newPage();
    await page.goto(server.url);
    await page.waitForFunction(() => !document.getElementById("reply").textContent.endsWith("starting."));
    return (await page.innerText("body")).trim().split("\n").at(-1);
  } finally {
    await browser.close();
    server.close();
  }
}
