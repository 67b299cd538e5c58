import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createWorkerLoader, DeadlineError, empty, fromSetup, LoaderError, passThrough, PythonError, WorkerObject, WorkerRealm } from "../dist/worker.js";
import { SHOP } from "./support.js";

const make = (files, options = {}) => createWorkerLoader({ sources: files, library: "core", ...options });

describe("a loader in a worker", () => {
  test("loads, calls and lists, with promises", async () => {
    const printed = [];
    const events = [];
    const loader = await make({ "a.py": "print('ran')\nclass P:\n    def __init__(self, n): self.n = n\n    def get(self): return self.n\ndef f(*args, **named): return [list(args), named]\nimport sys", "pk/b.py": "import a" }, { stdout: (text) => printed.push(text), log: (event) => events.push(event) });
    const module = await loader.load("a");
    assert.equal(printed.join(""), "ran\n");
    const plain = [1, 2n ** 70n, 1.5, "x", null, true, { k: [1] }, new Map([[1, 2]]), new Set([1]), new Uint8Array([1]), { $: "own" }];
    assert.deepEqual(await module.call("f", ...plain), [plain, {}]);
    assert.deepEqual(await module.callWith("f", [1], { k: 2 }), [[1], { k: 2 }]);
    const made = await module.call("P", 5);
    assert.ok(made instanceof WorkerObject);
    assert.deepEqual([made.type, await made.call("get"), await made.get("n"), await made.has("m"), (await made.names()).includes("get")], ["P", 5, 5, false, true]);
    await made.set("n", 6);
    assert.equal(await (await made.object("get")).invoke(), 6);
    assert.match(await made.repr(), /P object/);
    assert.equal((await module.call("f", made))[0][0] instanceof WorkerObject, true);
    assert.deepEqual((await loader.modules({ deep: true })).map(({ name }) => name), ["a", "pk", "pk.b"]);
    assert.deepEqual([(await loader.find("pk")).kind, (await loader.imports("pk.b"))[0].name, await loader.exports("pk.b"), (await loader.attributes("a")).includes("P"), await loader.source("pk.b")], ["namespace", "a", ["a"], true, "import a"]);
    assert.deepEqual([await loader.contains("a", empty), await loader.unused(passThrough.with("x", 1))], [false, ["x"]]);
    assert.ok(events.some(({ event, name }) => event === "load" && name === "a"));
    assert.ok((await loader.memory()) > 65536);
    made.dispose();
    await assert.rejects(made.call("get"), LoaderError);
    loader.dispose();
    await assert.rejects(loader.load("a"), /disposed/);
    await assert.rejects(module.get("P"), /disposed/);
  });

  test("errors are those of the loader", async () => {
    const loader = await make({ "a.py": "def f():\n    return 1 / 0", "b.py": "import absent" });
    const error = await (await loader.load("a")).call("f").catch((error) => error);
    assert.ok(error instanceof PythonError);
    assert.deepEqual([error.type, error.is("ArithmeticError"), error.frames[0].line, /return 1 \/ 0/.test(error.traceback)], ["ZeroDivisionError", true, 2, true]);
    await assert.rejects(loader.load("b"), ({ importChain }) => importChain[0].module === "b");
    await assert.rejects(loader.load("a", {}), TypeError);
    await assert.rejects(make({}, { wasm: new Uint8Array(8) }), WebAssembly.CompileError);
    loader.dispose();
  });

  test("imports: values, functions of the page, realms that stay the same", async () => {
    const loader = await make({ "app.py": "import h\nvalue = h.f(h.word, [1])\ndef again(x): return h.f(x, [])\ndef bad():\n    try: h.bad()\n    except ValueError as e: return str(e)\ndef other(): h.other()", "b.py": "seen = []" });
    const calls = [];
    const h = {
      word: "w",
      f: async (...args) => {
        calls.push(args);
        await new Promise((resolve) => setTimeout(resolve, 5));
        return { big: "x".repeat(200_000), args, map: new Map([[1, new Uint8Array([2])]]) };
      },
      bad: () => { throw new PythonError("ValueError", "mine"); },
      other: () => { throw new RangeError("far"); },
    };
    const app = await loader.load("app", passThrough.with({ h }));
    const value = await app.get("value");
    assert.deepEqual([value.big.length, value.args, value.map], [200_000, ["w", [1]], new Map([[1, new Uint8Array([2])]])]);
    assert.deepEqual((await app.call("again", "z")).args, ["z", []]);
    assert.equal(await app.call("bad"), "mine");
    await assert.rejects(app.call("other"), /RangeError: far/);
    assert.equal(calls.length, 2);
    const realm = passThrough.realm("b");
    await (await (await loader.import("b", realm)).object("seen")).call("append", 1);
    assert.deepEqual(await (await loader.import("b", realm)).get("seen"), [1]);
    loader.dispose();
  });

  test("a package is loaded with its own modules; its context has the same module each time", async () => {
    const loader = await make(SHOP);
    for (const imports of [passThrough, empty]) {
      const [one, two] = [await loader.load("shop", imports), await loader.load("shop", imports)];
      await (await (await one.object("tax")).object("rates")).call("append", 1);
      assert.deepEqual(await Promise.all([one, two].map(async (shop) => (await shop.object("till")).get("rates"))), [[1], []]);
    }
    const realm = await loader.loadPackage("shop", empty);
    assert.ok(realm instanceof WorkerRealm);
    await (await (await realm.import("shop.tax")).object("rates")).call("append", 1);
    const rates = async (module) => (await module).get("rates");
    assert.deepEqual(await rates(realm.import("shop.till")), [1]);
    assert.deepEqual(await rates(realm.import("shop.late", { deadline: 60_000 })), [1]);
    assert.equal(await (await realm.import("shop")).call("same", await realm.import("shop.tax")), true);
    assert.deepEqual(await rates(loader.load("customer", realm.imports)), [1]);
    assert.deepEqual(await rates(loader.load("customer", realm.imports.with("other", 1))), [1]);
    assert.deepEqual(await rates(loader.load("customer")), []);
    await assert.rejects(realm.import("shop.errand"), { type: "ModuleNotFoundError" });
    await assert.rejects(loader.loadPackage("customer"), { type: "ValueError", message: "`customer` is not a package" });
    await assert.rejects(loader.loadPackage("shop", {}), TypeError);
    loader.dispose();
    await assert.rejects(realm.import("shop"), /disposed/);
  });

  test("a function that uses the loader while Python waits for it is told so", async () => {
    const loader = await make({ "a.py": "import h\ndef go(): return h.f()" });
    const module = await loader.load("a", empty.with("h", { f: () => loader.modules() }));
    await assert.rejects(module.call("go"), /waits for a function/);
    loader.dispose();
  });

  test("classes come from a module of the worker's own", async () => {
    const setup = new URL("data/setup.js", import.meta.url);
    const loader = await make({ "a.py": "from h import Counter\nc = Counter()\nc.add(2)\nvalue = c.add(3)" }, { setup });
    assert.equal(await (await loader.load("a", empty.with("h", { Counter: fromSetup("Counter") }))).get("value"), 5);
    await assert.rejects(loader.load("a", empty.with("h", { Counter: fromSetup("Absent") })), /Absent/);
    const base = empty.with("x", 1);
    await assert.rejects(loader.load("a", base.with("h", { Counter: class {} })), /setup/);
    // What wasn't sent because of that is sent later.
    assert.equal(await (await loader.load("a", base.with("h", { Counter: fromSetup("Counter") }))).get("value"), 5);
    loader.dispose();
  });

  test("what doesn't end is ended, and a fresh worker takes over", async () => {
    const loader = await make({ "loop.py": "while True:\n    try:\n        while True: pass\n    except BaseException: pass", "pk/__init__.py": "", "a.py": "value = 1\ndef loop():\n    while True: pass" }, { deadline: 60_000 });
    await loader.write("a.py", "value = 2\ndef loop():\n    while True: pass");
    const old = await loader.load("a");
    const realm = await loader.loadPackage("pk");
    const late = loader.load("loop", passThrough, { deadline: 300 });
    const behind = loader.load("a");
    await assert.rejects(late, DeadlineError);
    assert.equal(await (await behind).get("value"), 2);
    await assert.rejects(old.get("value"), /was ended/);
    await assert.rejects(realm.import("pk"), /was ended/);
    await assert.rejects(loader.load("a", realm.imports), /was ended/);
    await assert.rejects((await behind).callWith("loop", [], {}, { deadline: 200 }), DeadlineError);
    assert.equal(await (await loader.load("a")).get("value"), 2);
    loader.dispose();
  });

  test("several at once, each in order", async () => {
    const loaders = await Promise.all([1, 2].map((n) => make({ "a.py": `seen = []\ndef add(n):\n    seen.append(n * ${n})\n    return list(seen)` })));
    const modules = await Promise.all(loaders.map((loader) => loader.load("a")));
    const results = await Promise.all(modules.flatMap((module) => [1, 2, 3].map((n) => module.call("add", n))));
    assert.deepEqual(results[2], [1, 2, 3]);
    assert.deepEqual(results[5], [2, 4, 6]);
    loaders.forEach((loader) => loader.dispose());
  });

  test("a start that fails is an error", async () => {
    await assert.rejects(make({ "a.py": 5 }), TypeError);
    await assert.rejects(make({}, { setup: "data:text/javascript,nonsense(" }));
    await assert.rejects(make({}, { wasm: new Uint8Array([1, 2, 3]) }));
  });
});
