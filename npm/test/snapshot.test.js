// Snapshots: what a loader has loaded, as bytes from which other loaders go on.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { empty, LoaderError, passThrough, PythonObject } from "../dist/core.js";
import { createWorkerLoader } from "../dist/worker.js";
import { loaderWith, thrown, tiers } from "./support.js";

const COUNTER = { "counter.py": "seen = []\nloads = len(seen) + 1\ndef add(n):\n    seen.append(n)\n    return list(seen)" };

for (const tier of ["core", "std"]) {
  describe(`snapshots (${tier})`, () => {
    const restored = (snapshot, options = {}) => tiers[tier]({ snapshot, ...options });

    test("what was loaded is there, each time as it was", async () => {
      const { loader, printed } = await loaderWith({ ...COUNTER, "loud.py": "print('runs')" }, {}, tier);
      const counter = loader.load("counter");
      loader.load("loud");
      counter.call("add", 1);
      const snapshot = await loader.snapshot({ counter });
      assert.equal(printed(), "runs\n");
      counter.call("add", 2);
      const [one, two] = await Promise.all([restored(snapshot), restored(snapshot)]);
      assert.deepEqual(one.kept("counter").call("add", 3), [1, 3]);
      assert.deepEqual(two.kept("counter").call("add", 4), [1, 4]);
      assert.deepEqual(counter.call("add", 5), [1, 2, 5]);
      // The sources are in it as well, and can be changed.
      assert.deepEqual(one.load("counter").get("seen"), []);
      one.write("counter.py", "loads = 7");
      assert.equal(one.load("counter").get("loads"), 7);
      assert.equal(two.load("counter").get("loads"), 1);
      assert.match(thrown(() => one.kept("other")).message, /nothing under the name `other`/);
    });

    test("a snapshot of what came from a snapshot has both", async () => {
      const { loader } = await loaderWith(COUNTER, {}, tier);
      const first = await loader.snapshot({ one: loader.load("counter") });
      const second = await restored(first, { sources: { "more.py": "import counter\nvalue = 'more'" } });
      second.kept("one").call("add", 1);
      const third = await restored(await second.snapshot({ more: second.load("more") }));
      assert.deepEqual([third.kept("one").get("seen"), third.kept("more").get("value")], [[1], "more"]);
      assert.deepEqual(third.modules().map(({ origin }) => origin), ["<app>/counter.py", "<app 2>/more.py"]);
    });

    test("functions of imports are found again; without them it doesn't open", async () => {
      const { loader } = await loaderWith({ "app.py": "import host\ndef go(): return host.shout('a')\ndef error(): host.fail()" }, {}, tier);
      const host = { shout: (text) => text.toUpperCase(), fail() { throw new RangeError("far"); }, unused: () => 1 };
      const snapshot = await loader.snapshot({ app: loader.load("app", empty.with({ host })) });
      const again = await restored(snapshot, { imports: passThrough.with({ host: { ...host, shout: (text) => `${text}!` } }) });
      assert.equal(again.kept("app").call("go"), "a!");
      assert.equal(thrown(() => again.kept("app").call("error")).type, "JavaScriptError");
      for (const imports of [undefined, passThrough, empty.with({ host: { shout: 1 } })]) {
        await assert.rejects(restored(snapshot, imports && { imports }), /needs the function `shout` of the host's module `host`/);
      }
    });

    test("an object of JavaScript's in it is an error that names it; one that was let go is none", async () => {
      const { loader } = await loaderWith({ "app.py": "import host\nheld = []\ndef hold(x): held.append(x)\ndef drop(): held.clear()" }, {}, tier);
      class Engine {}
      const app = loader.load("app", empty.with({ host: { word: 1 } }));
      app.call("hold", new Engine());
      const error = await loader.snapshot({ app }).catch((error) => error);
      assert.ok(error instanceof LoaderError);
      assert.match(error.message, /can't hold <JavaScript Engine>.* argument 1 of `hold`/);
      app.call("hold", [() => 1]);
      app.call("drop");
      assert.ok((await loader.snapshot({ app })) instanceof Uint8Array);
      // What never arrived isn't in it.
      assert.throws(() => app.call("hold", new Engine(), Symbol("no")), /symbol/);
      assert.ok((await loader.snapshot({ app })) instanceof Uint8Array);
      const asked = loader.load("app", empty.with({ host: { word: 1 } }).ask(() => undefined));
      await assert.rejects(loader.snapshot({ asked }), /a function that is asked about imports/);
    });

    test("none is made while Python code runs", async () => {
      const { loader } = await loaderWith({ "app.py": "import host\ndef go(): return host.snap()" }, {}, tier);
      const app = loader.load("app", empty.with({ host: { snap: () => loader.snapshot() } }));
      await assert.rejects(app.call("go"), /while Python code is running/);
    });

    test("what is none, or damaged, or of another tier is refused", async () => {
      const { loader } = await loaderWith(COUNTER, {}, tier);
      const snapshot = await loader.snapshot();
      const changed = (at) => snapshot.map((byte, place) => (place === at ? byte ^ 1 : byte));
      for (const [bytes, words] of [[new Uint8Array(), /no snapshot/], [changed(0), /no snapshot/], [changed(8), /has form/], [changed(100), /damaged/], [changed(snapshot.length - 1), /damaged/], [snapshot.subarray(0, -1), /damaged/]]) {
        await assert.rejects(restored(bytes), words);
      }
      await assert.rejects(tiers[tier === "core" ? "std" : "core"]({ snapshot }), /another WebAssembly module/);
      const other = await loaderWith(COUNTER, {}, tier);
      await assert.rejects(loader.snapshot({ counter: other.loader.load("counter") }), /another loader/);
    });

    test("the clock goes on, output and log are those of the new loader", async () => {
      const { loader } = await loaderWith({ "app.py": "import time\ndef go():\n    import late\n    print('out')\n    return time.time()", "late.py": "" }, { clock: { now: () => 1000, monotonic: () => 0 } }, tier);
      const snapshot = await loader.snapshot({ app: loader.load("app") });
      const [out, events] = [[], []];
      const again = await restored(snapshot, { clock: { now: () => 5000, monotonic: () => 1 }, stdout: (text) => out.push(text), log: (event) => events.push(event) });
      assert.equal(again.kept("app").call("go"), 5);
      assert.equal(out.join(""), "out\n");
      assert.ok(events.some(({ event, name }) => event === "load" && name === "late"));
    });
  });
}

test("randomness is new in each loader of a snapshot", async () => {
  const { loader } = await loaderWith({ "app.py": "import random, os\nstate = random.random()\ndef draw(): return [random.random(), os.urandom(4)]" }, {}, "std");
  const snapshot = await loader.snapshot({ app: loader.load("app") });
  const draws = await Promise.all([1, 2, 3].map(async () => (await tiers.std({ snapshot })).kept("app").call("draw")));
  assert.equal(new Set(draws.map(([number]) => number)).size, 3);
  assert.equal(new Set(draws.map(([, bytes]) => String(bytes))).size, 3);
  // With the same randomness of the host's it is the same.
  const seeded = () => tiers.std({ snapshot, random: (bytes) => bytes.fill(7) });
  const [one, two] = await Promise.all([seeded(), seeded()]);
  assert.deepEqual(one.kept("app").call("draw"), two.kept("app").call("draw"));
});

test("a worker goes on from a snapshot, and so does the one after it", async () => {
  const { loader } = await loaderWith({ "app.py": "import host\nseen = []\ndef add(n):\n    seen.append(n)\n    return [host.double(x) for x in seen]\ndef loop():\n    while True: pass" });
  const imports = passThrough.with({ host: { double: (n) => 2 * n } });
  const app = loader.load("app", imports);
  app.call("add", 1);
  const worker = await createWorkerLoader({ library: "core", snapshot: await loader.snapshot({ app }), imports, sources: { "more.py": "value = 3" } });
  assert.deepEqual(await (await worker.kept("app")).call("add", 2), [2, 4]);
  assert.equal(await (await worker.load("more")).get("value"), 3);
  await assert.rejects((await worker.kept("app")).callWith("loop", [], {}, { deadline: 200 }), { name: "DeadlineError" });
  assert.deepEqual(await (await worker.kept("app")).call("add", 3), [2, 6]);
  const bytes = await worker.snapshot({ more: await worker.load("more") });
  worker.dispose();
  const back = await tiers.core({ snapshot: bytes, imports });
  assert.ok(back.kept("more") instanceof PythonObject);
  assert.deepEqual(back.kept("app").call("add", 4), [2, 6, 8]);
});
