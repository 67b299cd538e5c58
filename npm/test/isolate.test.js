// Isolates: sealed interpreters that start from a snapshot.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { before, test } from "node:test";
import { answer, empty, Guest, LoaderError, passThrough, PythonError, PythonObject, Snapshot } from "../dist/isolate.js";
import { thrown } from "./support.js";

const APP = `
import host, json, random
seen = []
def reply(name): return host.shout(name) + json.dumps(seen)
def see(what): seen.append(what); return len(seen)
def same(*args, **named): return [args, named]
def bad(): raise KeyError("lost")
def fails(): host.fail()
def back(): return host.apply(see)
def draws(): return random.random(), hash("text")
def forbidden(): import socket
class Point:
    def __init__(self, x): self.x = x
`;

const host = {
  shout: (text) => `${text.toUpperCase()}!`,
  fail: () => {
    throw new PythonError("ValueError", "no");
  },
  apply: (see) => see.invoke("from the host"),
};
const imports = passThrough
  .with({ host })
  .withPolicy({ default: "allow", rule: [{ deny: "socket", why: "no network" }] });

let guest;
let snapshot;

before(async () => {
  guest = await Guest.compile(await readFile(new URL("../../wasm/dist/guest.wasm", import.meta.url)));
  snapshot = Snapshot.build(guest, { sources: { "app.py": APP }, load: ["app"], imports, hashSeed: 7 });
});

test("an isolate begins with its modules loaded, and shares nothing with others", () => {
  const [one, other] = [snapshot.isolate(), snapshot.isolate()].map((isolate) => isolate.module("app"));
  assert.equal(one.call("see", "this"), 1);
  assert.equal(one.call("reply", "ann"), 'ANN!["this"]');
  assert.equal(other.call("reply", "ann"), "ANN![]");
  const [[first, hash], [second, sameHash]] = [one.call("draws"), other.call("draws")];
  assert.notEqual(first, second);
  assert.equal(hash, sameHash);
});

test("values cross as they do in a loader, and what has no form stays inside", () => {
  const isolate = snapshot.isolate();
  const app = isolate.module("app");
  const values = [null, true, 1, -5, 1.5, 2 ** 40, 2n ** 60n, -(2n ** 100n), "text", [1, [2]], { a: { b: 1 } }, new Map([[1, 2]]), new Set([3])];
  const bytes = Uint8Array.of(1, 2);
  assert.deepEqual(app.callWith("same", [...values, bytes], { named: 4 }), [[...values, bytes], { named: 4 }]);
  const point = app.call("Point", 3);
  assert.ok(point instanceof PythonObject && point.type === "Point");
  assert.equal(point.get("x"), 3);
  point.set("x", [4]);
  assert.deepEqual([point.get("x"), point.has("x"), point.has("y")], [[4], true, false]);
  assert.deepEqual(app.call("same", point)[0][0].get("x"), [4]);
  assert.match(thrown(() => snapshot.isolate().module("app").call("same", point)).message, /another isolate/);
  assert.match(thrown(() => app.call("same", Symbol("s"))).message, /argument 1 of `same` holds a symbol/);
  point.dispose();
  assert.match(thrown(() => point.get("x")).message, /let go/);
});

test("errors come out with their traceback, and go in with their class", () => {
  const app = snapshot.isolate().module("app");
  const error = thrown(() => app.call("bad"));
  assert.ok(error instanceof PythonError && error.is("LookupError"));
  assert.match(error.traceback, /line 7, in bad/);
  assert.equal(thrown(() => app.call("fails")).toString(), "ValueError: no");
  // A function of the host's may call into the isolate that waits for it.
  assert.equal(app.call("back"), 1);
  assert.deepEqual(app.get("seen"), ["from the host"]);
});

test("a policy decides inside", () => {
  const error = thrown(() => snapshot.isolate().module("app").call("forbidden"));
  assert.equal(error.type, "ModuleNotFoundError");
  assert.match(error.message, /no network/);
});

test("imports decide as they do in a loader", () => {
  const asked = [];
  const ask = ({ name, importer, line, isProbe }) => {
    asked.push([name, importer, line, isProbe]);
    return { given: answer.object({ double: (n) => 2 * n }), other: answer.rename("json"), gone: answer.denied("it is old") }[name];
  };
  const text = "import given, other, number\ndef use(): return given.double(4), other.__name__, number\ndef gone(): import gone\ndef re(): import re";
  const build = (imports) => Snapshot.build(guest, { sources: { "app.py": text }, load: ["app"], imports });
  const chosen = passThrough.with("number", 5).without("re").ask(ask);
  const app = build(chosen).isolate().module("app");
  assert.deepEqual(app.call("use"), [8, "json", 5]);
  assert.deepEqual(asked.find(([name]) => name === "given"), ["given", "app", 1, false]);
  assert.match(thrown(() => app.call("gone")).message, /it is old/);
  assert.match(thrown(() => app.call("re")).message, /re/);
  assert.equal(thrown(() => build(empty)).type, "ModuleNotFoundError");
  assert.match(thrown(() => build(passThrough.realm("app"))).message, /takes no realms/);
  const policy = { default: "deny", rule: [{ allow: ["given", "other", "json", "number", "json.*"] }] };
  assert.match(thrown(() => build(passThrough.withPolicy(policy).ask(ask))).message, /added after functions/);
  assert.equal(build(chosen.withPolicy(policy)).isolate().module("app").call("use")[1], "json");
  const [bytes, others] = [build(chosen).toBytes(), passThrough.with("number", 5)];
  assert.match(thrown(() => Snapshot.open(bytes, guest, others)).message, /made with other imports/);
  // The module of another process's is there, and its function isn't; a name that is asked for again gets this one's.
  const opened = Snapshot.open(bytes, guest, chosen).isolate();
  assert.match(thrown(() => opened.module("app").call("use")).message, /of a module that another process had/);
  assert.match(thrown(() => opened.module("app").call("gone")).message, /it is old/);
});

test("what ends an isolate ends no other one", () => {
  // Native code that calls itself comes to the end of the stack.
  const text = "def end():\n    nested = []\n    for _ in range(300000): nested = [nested]\ndef fine(): return 1";
  const others = Snapshot.build(guest, { sources: { "app.py": text }, load: ["app"] });
  const [one, other] = [others.isolate().module("app"), others.isolate().module("app")];
  for (const _ of [1, 2]) {
    const error = thrown(() => one.call("end"));
    assert.ok(error instanceof LoaderError && error.message.includes("came to its end"), String(error));
  }
  assert.equal(other.call("fine"), 1);
});

test("a snapshot is kept as bytes, which are checked", () => {
  const bytes = snapshot.toBytes();
  const opened = Snapshot.open(bytes, guest, imports);
  assert.equal(opened.isolate().module("app").call("reply", "bob"), "BOB![]");
  assert.deepEqual(Buffer.compare(opened.toBytes(), bytes), 0);
  assert.match(thrown(() => Snapshot.open(bytes, guest)).message, /needs functions of its host/);
  assert.match(thrown(() => Snapshot.open(bytes.slice(1), guest, imports)).message, /no snapshot/);
  for (const at of [20, 40, 70, bytes.length - 9]) {
    const damaged = bytes.slice();
    damaged[at] ^= 1;
    assert.match(thrown(() => Snapshot.open(damaged, guest, imports)).message, /damaged/, String(at));
  }
  assert.match(thrown(() => Snapshot.open(bytes.slice(0, -1), guest, imports)).message, /damaged/);
});
