// The suite's Python scripts, on the command line for WASI: under Node, and under wasmtime where Python has it.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { scripts } from "./scripts.js";

const here = fileURLToPath(new URL(".", import.meta.url));
const all = scripts();

/** What can't be the same there, and why. */
const ELSEWHERE = {
  "handles.py": "it shows paths of files in memory",
  "missing_modules.py": "it shows paths of files in memory",
  "stdlib_realm_threads.py": "there are no threads",
  "stdlib_session_dependency.py": "there are no sockets",
  "stdlib_sources.py": "there is no folder for temporary files",
};

let root;

before(() => {
  root = mkdtempSync(join(tmpdir(), "exocet-wasi-"));
  for (const { name, text, files } of all) {
    for (const [path, content] of Object.entries({ ...files, "../script.py": text })) {
      const file = join(root, name, "files", path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
    for (const folder of ["files", "empty"]) {
      mkdirSync(join(root, name, folder), { recursive: true });
    }
  }
});
after(() => rmSync(root, { recursive: true, force: true }));

/** The command line for a script. */
const COMMAND = ["exocet", "run", "--path", "<fixture>", "--path", "<scripts>", "-m", "script"];

function suite(name, run) {
  describe(name, () => {
    for (const { name, expected } of all) {
      test(name, { skip: ELSEWHERE[name] }, () => {
        // What was in memory for the scripts' authors is at an absolute path here.
        assert.equal(run(name).replaceAll("/<", "<"), expected);
      });
    }
  });
}

suite("node:wasi", (name) => {
  const node = spawnSync(process.execPath, ["--no-warnings", join(here, "run.js"), join(root, name), ...COMMAND], { encoding: "utf8" });
  return node.stdout || node.stderr;
});

const python = process.env.PYTHON ?? "python3";
if (spawnSync(python, ["-c", "import wasmtime"]).status === 0) {
  let results;
  suite("wasmtime", (name) => {
    // One process runs them all: it compiles the program once.
    if (results === undefined) {
      const jobs = JSON.stringify(all.map(({ name }) => [name, join(root, name), COMMAND]));
      const ran = spawnSync(python, [join(here, "wasmtime_run.py")], { input: jobs, encoding: "utf8", maxBuffer: 1 << 28 });
      assert.equal(ran.status, 0, ran.stderr);
      results = JSON.parse(ran.stdout);
    }
    return results[name];
  });
} else {
  test("wasmtime", { skip: `${python} has no module wasmtime` });
}

describe("the command line", () => {
  const run = (...args) => {
    const case_ = join(root, "session_plugins.py");
    return spawnSync(process.execPath, ["--no-warnings", join(here, "run.js"), case_, "exocet", ...args], { encoding: "utf8" });
  };

  test("lists, reads imports and loads", () => {
    assert.match(run("list", "--path", "<fixture>").stdout, /^app +package +\/<fixture>\/app\/__init__\.py$/m);
    assert.match(run("imports", "--path", "<fixture>", "app.plugins.farewell").stdout, /secret/);
    assert.equal(run("load", "--path", "<fixture>", "api").status, 0);
  });

  test("what isn't there is an error, and an exit code", () => {
    const missing = run("load", "--path", "<fixture>", "nothing");
    assert.deepEqual([missing.status, /no module `nothing`/.test(missing.stdout)], [1, true]);
    assert.equal(run("nonsense").status, 2);
  });
});
