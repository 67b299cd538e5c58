// Code that was compiled ahead.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createWorkerLoader } from "../dist/worker.js";
import { loaderWith, thrown } from "./support.js";

const FILES = { "a.py": "import pk.b\nvalue = pk.b.value", "pk/__init__.py": "", "pk/b.py": "value = [1, 'x']\ndef fail(): raise KeyError(1)" };

/** The nanoseconds that compiling each module took, by its name. */
const compiled = (events) => Object.fromEntries(events.filter(({ event }) => event === "load").map(({ name, compile }) => [name, compile]));

test("another loader takes it, and runs the same", async () => {
  const { loader } = await loaderWith(FILES);
  const [all, one] = [loader.compile(), loader.compile("pk.b")];
  assert.ok(all.length > one.length);
  for (const units of [all, one]) {
    const { loader: other } = await loaderWith(FILES, { units });
    assert.deepEqual(other.load("a").get("value"), [1, "x"]);
    assert.match(thrown(() => other.load("pk.b").call("fail")).traceback, /pk\/b\.py", line 2, in fail\n\s+def fail\(\): raise KeyError\(1\)/);
  }
});

test("a module that has changed, or lies elsewhere, is compiled as ever", async () => {
  const { loader } = await loaderWith(FILES);
  const units = loader.compile();
  const { loader: changed } = await loaderWith({ ...FILES, "pk/b.py": "value = 'new'" }, { units });
  assert.equal(changed.load("a").get("value"), "new");
  const { loader: elsewhere } = await loaderWith({ label: "<other>", files: FILES }, { units });
  assert.match(thrown(() => elsewhere.load("pk.b").call("fail")).traceback, /<other>\/pk\/b\.py/);
});

test("what it is for: nothing is compiled", async () => {
  const big = Object.fromEntries([1, 2, 3].map((n) => [`m${n}.py`, Array.from({ length: 400 }, (_, at) => `def f${at}(x):\n    return [x + ${n}, {'a': x}]\n`).join("")]));
  const { loader } = await loaderWith(big);
  const units = loader.compile();
  const times = async (options) => {
    const events = [];
    const { loader: other } = await loaderWith(big, { ...options, log: (event) => events.push(event) });
    ["m1", "m2", "m3"].forEach((name) => other.load(name));
    return Object.values(compiled(events)).sort((a, b) => a - b)[1];
  };
  // Code of 400 functions is read many times faster than it is compiled.
  assert.ok((await times({ units })) < (await times({})));
});

test("a mistake in a module is an error; what only warns when it runs is left out", async () => {
  const { loader } = await loaderWith({ "bad.py": "x = (", "warns.py": "x = '\\d'", "good.py": "y = 1" });
  assert.equal(thrown(() => loader.compile()).type, "SyntaxError");
  assert.equal(thrown(() => loader.compile("absent")).type, "ModuleNotFoundError");
  loader.remove("bad.py");
  const { loader: other } = await loaderWith({ "warns.py": "x = '\\d'", "good.py": "y = 1" }, { units: loader.compile() });
  assert.deepEqual([other.load("warns").get("x"), other.load("good").get("y")], ["\\d", 1]);
});

test("a raw string gives no warning, whatever is in it", async () => {
  const { loader } = await loaderWith({ "raw.py": "x = r'\\d+'", "warns.py": "x = '\\d+'", "nothing.py": "" });
  const length = (name) => loader.compile(name).length;
  assert.ok(length("raw") > length("nothing"));
  assert.ok(length("warns") < length("nothing"));
});

test("bytes that are no units, or damaged, are refused", async () => {
  const { loader } = await loaderWith(FILES);
  const units = loader.compile();
  const changed = (at) => units.map((byte, place) => (place === at ? byte ^ 1 : byte));
  for (const [bytes, words] of [[new Uint8Array(), /no units/], [changed(2), /no units/], [changed(20), /damaged/], [changed(units.length - 1), /damaged/], [units.subarray(0, -1), /damaged/], [await loader.snapshot(), /no units/]]) {
    await assert.rejects(loaderWith(FILES, { units: bytes }), words);
  }
});

test("a worker takes and makes it, too", async () => {
  const worker = await createWorkerLoader({ library: "core", sources: FILES });
  const units = await worker.compile();
  worker.dispose();
  const other = await createWorkerLoader({ library: "core", sources: FILES, units });
  assert.deepEqual(await (await other.load("a")).get("value"), [1, "x"]);
  other.dispose();
});
