import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { answer, byMapper, empty, LoaderError, passThrough, PythonError, PythonObject, Realm } from "../dist/core.js";
import { loaderWith, SHOP, thrown, tiers } from "./support.js";

describe("loading", () => {
  test("each load makes a fresh module", async () => {
    const { loader } = await loaderWith({ "a.py": "seen = []" });
    const [one, two] = [loader.load("a"), loader.load("a")];
    one.object("seen").call("append", 1);
    assert.deepEqual([one.get("seen"), two.get("seen")], [[1], []]);
  });

  test("an edited file is seen by the next load", async () => {
    const { loader } = await loaderWith({ "a.py": "value = 1" });
    assert.equal(loader.load("a").get("value"), 1);
    loader.write("a.py", "value = 2");
    assert.equal(loader.load("a").get("value"), 2);
    assert.equal(loader.remove("a.py"), true);
    assert.equal(loader.remove("a.py"), false);
    assert.equal(thrown(() => loader.load("a")).type, "ModuleNotFoundError");
  });

  test("source text may be in any encoding of the web", async () => {
    const text = (name, ...bytes) => new Uint8Array([...new TextEncoder().encode(`# coding: ${name}\n\ntext = '`), ...bytes, 0x27]);
    const { loader } = await loaderWith({
      "jis.py": text("shift_jis", 0x93, 0xfa, 0x96, 0x7b),
      "euc.py": text("euc_jp", 0xc6, 0xfc, 0xcb, 0xdc),
      "cp936.py": text("cp936", 0xc8, 0xd5, 0xb1, 0xbe),
      "gb.py": text("gb18030", 0xc8, 0xd5, 0xb1, 0xbe),
      "big.py": text("big5", 0xa4, 0xe9, 0xa5, 0xbb),
      // What a platform's own decoder has in a way of its own, or not at all.
      "korean.py": text("cp949", 0x8c, 0x63),
      "taiwanese.py": text("big5", 0x87, 0x40),
      "windows.py": text("cp1252", 0x80, 0x92, 0xe9),
      "latin.py": text("latin2", 0xb1),
      "tenth.py": text("latin10", 0xa4),
      "wrong.py": text("gbk", 0xc8, 0xd5, 0x81, 0xff),
      "cut.py": text("shift_jis", 0x93, 0xfa, 0x93).slice(0, -1),
      "klingon.py": text("klingon"),
      "wide.py": text("utf-16"),
    });
    for (const name of ["jis", "euc", "cp936", "gb", "big"]) assert.equal(loader.load(name).get("text"), "日本", name);
    assert.deepEqual(["korean", "taiwanese"].map((name) => loader.load(name).get("text")), ["똠", "䏰"]);
    assert.deepEqual(["windows", "latin", "tenth"].map((name) => loader.load(name).get("text")), ["€’é", "ą", "€"]);
    const says = (name) => thrown(() => loader.load(name)).message;
    assert.match(says("wrong"), /`gbk` can't decode byte 0x81 on line 3/);
    assert.match(says("cut"), /`shift_jis` can't decode byte 0x93 on line 3/);
    assert.match(says("klingon"), /unknown encoding: `klingon` \(line 1\)/);
    assert.match(says("wide"), /unknown encoding: `utf-16` \(line 1\)/);
  });

  test("characters have their names, by a table that is read when somebody asks", async () => {
    const text = [
      "found = '\\N{SNOWMAN}\\N{latin small letter e with acute}\\N{HANGUL SYLLABLE GAG}\\N{CJK UNIFIED IDEOGRAPH-65E5}\\N{TANGUT IDEOGRAPH-17000}\\N{LF}'",
      "shown = 'é日각'.encode('ascii', 'namereplace').decode()",
    ].join("\n");
    for (const wrong of ["LATINSMALLLETTERA", "CJK UNIFIED IDEOGRAPH-65E", "CJK UNIFIED IDEOGRAPH-065E5", "NO SUCH THING", "@41"]) {
      const { loader } = await loaderWith({ "a.py": `x = '\\N{${wrong}}'` });
      assert.match(thrown(() => loader.load("a")).message, /got unexpected unicode/, wrong);
    }
    const reads = [];
    const tables = (file) => (reads.push(file), readFileSync(new URL(`../dist/${file}`, import.meta.url)));
    const { loader } = await loaderWith({ "a.py": text, "b.py": "# coding: gbk\nx = ''" }, { tables });
    assert.deepEqual(reads, []);
    const module = loader.load("a");
    assert.equal(module.get("found"), "☃é각日\u{17000}\n");
    assert.equal(module.get("shown"), "\\N{LATIN SMALL LETTER E WITH ACUTE}\\N{CJK UNIFIED IDEOGRAPH-65E5}\\N{HANGUL SYLLABLE GAG}");
    assert.deepEqual(reads, ["names.txt"]);
    loader.load("b");
    loader.load("a");
    assert.deepEqual(reads, ["names.txt", "encodings.wasm"]);
  });

  test("without tables no character has a name, and what is missing is reported once", async (t) => {
    const warned = t.mock.method(console, "warn", () => {});
    const files = { "a.py": "x = '\\N{SNOWMAN}'", "b.py": "# coding: gbk\nx = ''", "c.py": "# coding: cp1252\nx = ''" };
    for (const tables of [() => { throw new Error("no such file"); }, () => new TextEncoder().encode("<!doctype html>")]) {
      const { loader } = await loaderWith(files, { tables });
      for (let times = 0; times < 3; times += 1) {
        assert.match(thrown(() => loader.load("a")).message, /got unexpected unicode/);
        assert.match(thrown(() => loader.load("b")).message, /unknown encoding: `gbk`/);
        loader.load("c");
      }
      const missing = ["Exocet has no names.txt:", "Exocet has no encodings.wasm:"];
      assert.deepEqual(warned.mock.calls.map(({ arguments: [what] }) => what), missing);
      warned.mock.resetCalls();
    }
  });

  test("several sources: the first that has a module counts, and each has its label", async () => {
    const sources = [{ "a.py": "" }, { label: "<mine>", files: { "a.py": "", "b.py": "" } }, new Uint8Array(readFileSync(new URL("data/app.zip", import.meta.url)))];
    const { loader } = await loaderWith(sources);
    const origins = loader.modules().map((module) => [module.name, module.origin]);
    assert.deepEqual(origins, [["a", "<app>/a.py"], ["b", "<mine>/b.py"], ["zipped", "<app 2>/zipped/__init__.py"]]);
    assert.equal(loader.load("zipped.inner").get("value"), "from an archive");
    loader.write("b.py", "value = 3", "<mine>");
    assert.equal(loader.load("b").get("value"), 3);
    assert.throws(() => loader.write("b.py", "", "<other>"), TypeError);
  });

  test("a package is loaded with its own modules, fresh and consistent, whatever its imports are", async () => {
    const { loader } = await loaderWith(SHOP);
    for (const imports of [passThrough, empty]) {
      const [one, two] = [loader.load("shop", imports), loader.load("shop", imports)];
      one.object("tax").object("rates").call("append", 1);
      assert.deepEqual([one, two].map((shop) => shop.object("till").get("rates")), [[1], []]);
    }
    assert.deepEqual(loader.import("shop.tax").get("rates"), []);
  });

  test("the context of a package has the same module each time, and is imports for other loads", async () => {
    const { loader, printed } = await loaderWith(SHOP);
    const realm = loader.loadPackage("shop", empty);
    assert.ok(realm instanceof Realm);
    assert.equal(printed(), "shop runs\n");
    realm.import("shop.tax").object("rates").call("append", 1);
    assert.deepEqual(["shop.tax", "shop.till", "shop.late"].map((name) => realm.import(name).get("rates")), [[1], [1], [1]]);
    assert.equal(realm.import("shop").call("same", realm.import("shop.tax")), true);
    assert.deepEqual(loader.load("customer", realm.imports).get("rates"), [1]);
    assert.deepEqual(loader.load("customer", realm.imports.with("other", 1)).get("rates"), [1]);
    assert.equal(printed(), "");
    // No other context sees any of it, nor do shared modules.
    assert.deepEqual([loader.loadPackage("shop").import("shop.tax").get("rates"), loader.load("customer").get("rates")], [[], []]);
  });

  test("only names outside of a package go to its imports", async () => {
    const { loader } = await loaderWith(SHOP);
    assert.equal(thrown(() => loader.loadPackage("shop", empty).import("shop.errand")).type, "ModuleNotFoundError");
    const asked = [];
    const bank = answer.object({ balance: 7 });
    const imports = empty.ask(({ name }) => (asked.push(name), name === "bank" ? bank : undefined));
    assert.equal(loader.loadPackage("shop", imports).import("shop.errand").get("balance"), 7);
    assert.deepEqual(asked, ["bank"]);
  });

  test("what is no package has no context", async () => {
    const { loader } = await loaderWith(SHOP);
    const error = thrown(() => loader.loadPackage("customer"));
    assert.ok(error instanceof PythonError);
    assert.deepEqual([error.type, error.message], ["ValueError", "`customer` is not a package"]);
    assert.equal(thrown(() => loader.loadPackage("nothing")).type, "ModuleNotFoundError");
    const { loader: other } = await loaderWith(SHOP);
    assert.ok(thrown(() => other.load("customer", loader.loadPackage("shop").imports)) instanceof LoaderError);
  });

  test("a program runs as __main__, and its exit code comes back", async () => {
    const { loader, printed } = await loaderWith({ "p.py": "print(__name__)\nimport sys\nsys.exit(3)", "q.py": "print('\ufeff1')", "r.py": "1/0" });
    assert.deepEqual([loader.run("p"), printed(), loader.run("q"), printed()], [3, "__main__\n", 0, "\ufeff1\n"]);
    assert.equal(thrown(() => loader.run("r")).type, "ZeroDivisionError");
  });

  test("sources that are none are refused", async () => {
    for (const sources of [[5], "text", { "a.py": 5 }, [new Uint8Array([1, 2, 3])], [{ label: "x", files: {} }, { label: "x", files: {} }]]) {
      await assert.rejects(tiers.core({ sources }), TypeError, JSON.stringify(sources));
    }
  });
});

describe("values", () => {
  const both = async () => {
    const { loader } = await loaderWith({ "a.py": "def same(x): return x\ndef kind(x): return type(x).__name__\ndef text(x): return repr(x)" });
    const module = loader.load("a");
    return (value) => [module.call("kind", value), module.call("same", value)];
  };

  test("plain data comes back as it was", async () => {
    const cross = await both();
    const cases = [
      [null, "NoneType"], [true, "bool"], [0, "int"], [-7, "int"], [2 ** 53 - 1, "int"], [1.5, "float"], [-0, "float"], [Infinity, "float"],
      [1e300, "float"], [2n ** 80n, "int"], [-(2n ** 80n), "int"], ["", "str"], ["naïve 😀", "str"], ["\ud800", "str"], [new Uint8Array([0, 255]), "bytes"],
      ["\ufeff", "str"], [`\ufeff${"x".repeat(70000)}`, "str"], ["x\ufeff", "str"], [{ "\ufeffkey": ["\ufeff", 2n ** 80n, 1.5] }, "dict"],
      [[1, [2, "x"]], "list"], [{ a: { b: null } }, "dict"], [new Map([[1, "x"], [[], 0]].slice(0, 1)), "dict"], [new Set([1, 2]), "set"],
      [JSON.parse('{"__proto__": 1}'), "dict"],
    ];
    for (const [value, kind] of cases) {
      const [type, back] = cross(value);
      assert.equal(type, kind, String(value));
      assert.deepEqual(back, value);
      assert.ok(Object.is(back, value) || typeof value === "object", String(value));
    }
    assert.ok(Number.isNaN(cross(NaN)[1]));
    assert.deepEqual(cross(undefined), ["NoneType", null]);
    assert.deepEqual(cross(new ArrayBuffer(2))[1], new Uint8Array(2));
    assert.deepEqual(cross(5n)[1], 5);
  });

  test("what is no data stays what it is", async () => {
    const cross = await both();
    class Thing {}
    for (const value of [new Thing(), Thing, () => 1, new Date(0), /x/, Promise.resolve()]) {
      assert.equal(cross(value)[1], value);
    }
    const { loader } = await loaderWith({ "a.py": "class A: pass\ndef f(): pass\ndef same(x): return x is A\nimport sys" });
    const module = loader.load("a");
    assert.ok(module.get("A") instanceof PythonObject && module.get("sys") instanceof PythonObject);
    assert.equal(module.call("same", module.get("A")), true);
    assert.equal(module.get("A").type, "type");
  });

  test("what has no form in Python is an error that names the place", async () => {
    const cross = await both();
    const deep = {};
    deep.deep = deep;
    for (const [value, words] of [[Symbol("x"), /symbol/], [[Symbol("x")], /argument 1 of `kind`.*symbol/], [deep, /argument 1 of `kind` is nested deeper than 128/], [new Map([[[1], 2]]), /unhashable/]]) {
      assert.match(thrown(() => cross(value)).message, words);
    }
    const { loader } = await loaderWith({ "a.py": "x = []\nx.append(x)" });
    assert.match(thrown(() => loader.load("a").get("x")).message, /attribute `x` is nested deeper/);
  });

  test("calls: by position, by name, with functions both ways", async () => {
    const { loader } = await loaderWith({
      "a.py": "def f(a, b=2, *c, **d): return [a, b, c, d]\ndef twice(g, x): return g(g(x))\ndef adder(n): return lambda x: x + n\nclass P:\n    def __init__(self, n): self.n = n\n    def get(self): return self.n",
    });
    const module = loader.load("a");
    assert.deepEqual(module.call("f", 1), [1, 2, [], {}]);
    assert.deepEqual(module.callWith("f", [1, 3, 4], { k: "v" }), [1, 3, [4], { k: "v" }]);
    assert.equal(module.call("twice", (x) => x * 3, 2), 18);
    assert.equal(module.call("adder", 5)(1), 6);
    assert.equal(module.call("adder", 5).invoke(2), 7);
    const made = module.call("P", 4);
    assert.deepEqual([made.call("get"), made.get("n"), made.type, made.has("n"), made.has("m")], [4, 4, "P", true, false]);
    made.set("n", { deep: [1] });
    assert.deepEqual(made.get("n"), { deep: [1] });
    assert.ok(made.names().includes("get"));
    assert.match(made.repr(), /P object/);
    assert.deepEqual(module.callWith("f", [1], {}, { asObject: true }).type, "list");
    assert.equal(thrown(() => module.call("absent")).type, "AttributeError");
    assert.equal(thrown(() => made.invoke()).type, "TypeError");
  });

  test("an object that is let go ends at once", async () => {
    const { loader, printed } = await loaderWith({ "a.py": "class A:\n    def __del__(self): print('gone')" });
    const object = loader.load("a").call("A");
    object.dispose();
    assert.equal(printed(), "gone\n");
  });

  test("an object of another loader is refused, and one that was let go", async () => {
    const [{ loader: one }, { loader: two }] = [await loaderWith({ "a.py": "x = object()\ndef f(x): pass" }), await loaderWith({ "a.py": "def f(x): pass" })];
    const object = one.load("a").get("x");
    assert.match(thrown(() => two.load("a").call("f", object)).message, /another loader/);
    object.dispose();
    object.dispose();
    assert.throws(() => object.repr(), LoaderError);
    assert.match(thrown(() => one.load("a").call("f", [object])).message, /argument 1 of `f` holds .* was let go/);
    assert.throws(() => two.load("a", byMapper(one.load("a"))), LoaderError);
    // The interpreter is none the worse for it.
    assert.equal(two.load("a").call("f", 1), null);
  });

  test("a value that throws when it is looked at is an error, and no more", async () => {
    const { loader } = await loaderWith({ "a.py": "def f(x): return x" });
    const module = loader.load("a");
    const cause = new Error("not me");
    const shy = { get x() { throw cause; } };
    const odd = Object.assign([1], { [Symbol.iterator]() { throw cause; } });
    for (const value of [shy, odd, [shy], new Map([[1, shy]])]) {
      const error = thrown(() => module.call("f", value));
      assert.deepEqual([error.type, error.cause], ["JavaScriptError", cause]);
    }
    assert.equal(module.call("f", 5), 5);
    await assert.rejects(tiers.core({ sources: shy }), /not me/);
  });
});

describe("imports", () => {
  const files = { "app.py": "import config\nvalue = config.value", "other.py": "value = 'other'", "config.py": "value = 'real'" };

  test("an override: a plain object is a module, other values are themselves", async () => {
    const { loader } = await loaderWith({
      ...files,
      "use.py": "import m, f, C, o, n\nfrom m import shout, deep\nmade = C(2)\nseen = [m.__name__, shout('a'), deep, f(1), made.twice(), o.kind, n, made.n]\nmade.n = 9\nagain = made.twice()",
    });
    assert.equal(loader.load("app", passThrough.with("config", { value: 1 })).get("value"), 1);
    assert.equal(loader.load("app").get("value"), "real");
    class C {
      constructor(n) {
        this.n = n;
      }
      twice() {
        return this.n * 2;
      }
    }
    const m = { word: "!", shout(text) { return text.toUpperCase() + this.word; }, deep: { a: [1] } };
    const used = loader.load("use", empty.with({ m, f: (x) => x + 1, C, o: new (class { kind = "mine"; })(), n: 5 }));
    assert.deepEqual(used.get("seen"), ["m", "A!", { a: [1] }, 2, 4, "mine", 5, 2]);
    assert.equal(used.get("again"), 18);
    assert.equal(used.get("made").n, 9);
  });

  test("denials, other names, nothing at all", async () => {
    const { loader } = await loaderWith(files);
    const denied = thrown(() => loader.load("app", passThrough.without("config")));
    assert.deepEqual([denied.type, denied.is("ImportError")], ["ModuleNotFoundError", true]);
    assert.match(denied.message, /config/);
    assert.equal(loader.load("app", passThrough.rename("config", "other")).get("value"), "other");
    assert.equal(thrown(() => loader.load("app", empty)).type, "ModuleNotFoundError");
    assert.deepEqual([loader.contains("config"), loader.contains("config", empty), loader.contains("nothing")], [true, false, false]);
    const typo = passThrough.with({ confg: 1, config: { value: 2 } });
    loader.load("app", typo);
    assert.deepEqual(loader.unused(typo), ["confg"]);
  });

  test("a function is asked with the whole request, and answers as a mapper does", async () => {
    const { loader } = await loaderWith({
      ...files,
      "pk/__init__.py": "",
      "pk/a.py": "\nfrom . import b as c, d\nimport config",
      "pk/b.py": "",
      "pk/d.py": "",
    });
    const asked = [];
    loader.load("pk.a", passThrough.ask((request) => void asked.push(request)));
    assert.deepEqual(asked[0], { name: "pk", written: "", level: 1, names: ["b", "d"], item: null, isProbe: false, importer: "pk.a", line: 2 });
    assert.deepEqual(asked.map(({ name, item }) => [name, item]), [["pk", null], ["pk.b", "absent"], ["pk.d", "absent"], ["config", null]]);
    const value = (given) => loader.load("app", passThrough.ask(({ name }) => (name === "config" ? given : undefined))).get("value");
    assert.equal(value(answer.object({ value: 7 })), 7);
    assert.equal(value(answer.rename("other")), "other");
    assert.equal(value(answer.passThrough), "real");
    assert.equal(value(answer.notMine), "real");
    assert.equal(value(answer.load("other")), "other");
    assert.equal(value(answer.load("app", passThrough.with("config", { value: "inner" }))), "inner");
    assert.equal(value(answer.attenuated(answer.passThrough, ["value"])), "real");
    assert.equal(thrown(() => value(answer.attenuated(answer.passThrough, ["x"]))).type, "Withheld");
    assert.match(thrown(() => value(answer.denied("it is Monday"))).message, /Monday/);
    assert.match(thrown(() => value({ kind: "nonsense" })).message, /config/);
    assert.match(thrown(() => value(5)).message, /config/);
  });

  test("realms: fresh together, one for each description and loader; two versions of one library", async () => {
    const { loader } = await loaderWith({ "a.py": "import b", "b.py": "seen = []", "app.py": "import lib\nvalue = lib.version" });
    const [one, two] = [passThrough.realm("a", "b"), passThrough.realm("a", "b")];
    loader.import("b", one).object("seen").call("append", 1);
    assert.deepEqual([loader.import("a", one).object("b").get("seen"), loader.import("b", two).get("seen")], [[1], []]);
    assert.equal(loader.import("a", one).object("b").get("seen").length, 1);
    const versions = ["1", "2"].map((version) => passThrough.realmOf({ "lib.py": `version = ${version}` }));
    assert.deepEqual(versions.map((version) => loader.load("app", version).get("value")), [1, 2]);
  });

  test("policies, and mappers written in Python", async () => {
    const { loader } = await loaderWith({ ...files, "m.py": "import exocet\nmapper = exocet.emptyMapper.withOverrides({'config': type('C', (), {'value': 'by Python'})})" });
    const policy = { default: "deny", rule: [{ redirect: { config: "other" }, why: "tests" }, { allow: "other" }] };
    assert.equal(loader.load("app", passThrough.withPolicy(policy)).get("value"), "other");
    assert.match(thrown(() => loader.load("app", passThrough.withPolicy({ default: "deny", rule: [{ alow: "x" }] }))).message, /alow.*allow/);
    const mapper = loader.load("m").get("mapper");
    assert.equal(loader.load("app", mapper).get("value"), "by Python");
    assert.equal(loader.load("app", byMapper(mapper).with("x", 1)).get("value"), "by Python");
    assert.throws(() => loader.load("app", {}), TypeError);
  });
});

describe("errors", () => {
  test("an exception has its type, message, traceback with source, places and who asked", async () => {
    const { loader } = await loaderWith({ "a.py": "import b", "b.py": "\n\nimport absent", "c.py": "def f():\n    return {}['x']", "d.py": "x = (1,\ny = 2\n" });
    const error = thrown(() => loader.load("a", passThrough.realm("a", "b")));
    assert.ok(error instanceof PythonError && error instanceof Error);
    assert.deepEqual([error.name, error.type, error.is("ImportError"), error.exitCode], ["PythonError", "ModuleNotFoundError", true, null]);
    assert.deepEqual(error.importChain[0], { module: "b", file: "<app>/b.py", line: 3 });
    assert.match(error.traceback, /File "<app>\/b\.py", line 3.*\n\s+import absent/);
    const key = thrown(() => loader.load("c").call("f"));
    assert.deepEqual([key.type, key.message, key.is("LookupError"), String(key)], ["KeyError", "'x'", true, "KeyError: 'x'"]);
    assert.deepEqual(key.frames, [{ file: "<app>/c.py", line: 2, column: null, function: "f", source: "    return {}['x']" }]);
    assert.equal(key.object.type, "KeyError");
    const syntax = thrown(() => loader.load("d"));
    assert.equal(syntax.type, "SyntaxError");
    assert.equal(syntax.frames.at(-1).file, "<app>/d.py");
    assert.ok(syntax.frames.at(-1).line >= 1 && syntax.frames.at(-1).column >= 1);
  });

  test("what JavaScript throws is an exception in Python, and itself again outside", async () => {
    const { loader } = await loaderWith({
      "a.py": "import h\ndef go(): h.fail()\ndef caught():\n    try: h.fail()\n    except RuntimeError as e: return [type(e).__name__, str(e)]\ndef typed():\n    try: h.typed()\n    except ValueError as e: return str(e)\ndef back(f):\n    try: f()\n    except KeyError as e: return 'same'\ndef key(): raise KeyError(1)",
    });
    const cause = new RangeError("too far");
    const module = loader.load("a", empty.with("h", { fail() { throw cause; }, typed() { throw new PythonError("ValueError", "mine"); } }));
    assert.deepEqual(module.call("caught"), ["JavaScriptError", "RangeError: too far"]);
    assert.equal(thrown(() => module.call("go")).cause, cause);
    assert.equal(module.call("typed"), "mine");
    assert.equal(module.call("back", () => module.call("key")), "same");
  });
});

describe("listing", () => {
  test("modules are found without running them", async () => {
    const { loader, printed } = await loaderWith({
      "a.py": "print('ran')\nimport json\nfrom os import path as p\ntry:\n    import x.y\nexcept ImportError: pass\ndef f():\n    from .q import *\n__all__ = ['f']\nvalue = 1",
      "pk/__init__.py": "",
      "pk/inner/mod.py": "",
      "bad.py": "(",
    });
    assert.deepEqual(loader.modules(), [
      { name: "a", kind: "module", origin: "<app>/a.py" },
      { name: "bad", kind: "module", origin: "<app>/bad.py" },
      { name: "pk", kind: "package", origin: "<app>/pk/__init__.py" },
    ]);
    assert.deepEqual(loader.modules({ deep: true }).map(({ name, kind }) => [name, kind]).slice(2), [["pk", "package"], ["pk.inner", "namespace"], ["pk.inner.mod", "module"]]);
    assert.deepEqual(loader.modules({ within: "pk", deep: true }).map(({ name }) => name), ["pk.inner", "pk.inner.mod"]);
    const imports = loader.imports("a");
    assert.deepEqual(imports.map(({ name, item, kind, line }) => [name, item, kind, line]), [
      ["json", null, "top-level", 2], ["os", "path", "top-level", 3], ["x.y", null, "try", 5], [".q", "*", "function", 8],
    ].map((row) => (row[0] === ".q" ? [imports[3].name, ...row.slice(1)] : row)));
    assert.deepEqual([loader.exports("a"), loader.attributes("a").includes("value")], [["f"], true]);
    assert.match(loader.source("a"), /^print/);
    assert.equal(loader.find("pk.inner").kind, "namespace");
    assert.equal(thrown(() => loader.imports("bad")).type, "SyntaxError");
    assert.equal(thrown(() => loader.find("nothing")).type, "ModuleNotFoundError");
    assert.equal(printed(), "");
  });
});

describe("what the host lends", () => {
  test("output goes where the host says, as it is written", async () => {
    const out = [];
    const { loader } = await loaderWith({ "a.py": "import sys\nprint('one', end='')\nprint('two', file=sys.stderr)\nsys.stdout.flush()" }, { stdout: (text) => out.push(["out", text]), stderr: (text) => out.push(["err", text]) });
    loader.load("a");
    assert.deepEqual(out.filter(([, text]) => text), [["out", "one"], ["err", "two"], ["err", "\n"]]);
    await tiers.core({ sources: { "a.py": "print(1)" } }).then((quiet) => quiet.load("a"));
    const failing = await tiers.core({ sources: { "a.py": "print(1)" }, stdout() { throw new Error("full"); } });
    assert.match(thrown(() => failing.load("a")).message, /full/);
  });

  test("memory grows in large steps", async () => {
    const { loader } = await loaderWith({ "a.py": "kept = []\ndef more(): kept.append(bytes(20_000))" });
    const module = loader.load("a");
    const sizes = new Set();
    for (let at = 0; at < 1000; at += 1) {
      module.call("more");
      sizes.add(loader.memory);
    }
    // By what is needed alone it took 286.
    assert.ok(Math.max(...sizes) > 20_000_000 && sizes.size < 30, `${sizes.size} sizes`);
  });

  test("native modules that nothing in WebAssembly can use are left out", async () => {
    const loader = await tiers.std({ sources: { "a.py": "import sys\nnames = sys.builtin_module_names" } });
    const names = loader.load("a").get("names");
    assert.ok(["_json", "_struct", "pyexpat"].every((name) => names.includes(name)));
    const absent = ["_codecs_jp", "_codecs_tw", "_asyncio", "_zoneinfo", "_interpreters", "_testinternalcapi"];
    assert.deepEqual(absent.filter((name) => names.includes(name)), []);
  });

  test("a file that is none of the package's is an error that names it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "exocet-"));
    const whole = readFileSync(new URL("../dist/core/exocet.wasm", import.meta.url));
    for (const [name, bytes] of [["text.wasm", "no WebAssembly"], ["empty.wasm", ""], ["cut.wasm", whole.subarray(0, 1 << 20)]]) {
      const url = pathToFileURL(join(folder, name));
      await writeFile(url, bytes);
      await assert.rejects(tiers.core({ wasm: url }), (error) => error instanceof LoaderError && error.message.includes(url.href), name);
    }
    // What is mended in between is read anew.
    await writeFile(pathToFileURL(join(folder, "cut.wasm")), whole);
    await tiers.core({ wasm: pathToFileURL(join(folder, "cut.wasm")) });
    await rm(folder, { recursive: true });
  });

  for (const tier of ["core", "std"]) {
    test(`clocks and randomness are the host's (${tier})`, async () => {
      let count = 0;
      const slept = [];
      const { loader } = await loaderWith(
        { "a.py": "import time\nseen = [time.time(), time.time_ns(), time.monotonic(), time.perf_counter(), time.perf_counter_ns(), time.process_time(), time.gmtime().tm_year]\ntime.sleep(0.5)", "b.py": "import random, os, datetime, uuid, secrets\nseen = [os.urandom(3), random.SystemRandom().random(), datetime.datetime.now().year, datetime.date.today().year, uuid.uuid4().hex, secrets.token_hex(2)]" },
        { clock: { now: () => 86_400_000 * 365 * 31, monotonic: () => 2500 }, random: (bytes) => { count += bytes.length; bytes.fill(7); }, sleep: (seconds) => slept.push(seconds) },
        tier,
      );
      assert.deepEqual(loader.load("a").get("seen"), [977616000, 977616000 * 1e9, 2.5, 2.5, 2.5e9, 2.5, 2000].map((value) => (value > Number.MAX_SAFE_INTEGER ? BigInt(value) : value)));
      assert.deepEqual(slept, [0.5]);
      if (tier === "std") {
        const seen = loader.load("b").get("seen");
        assert.deepEqual([seen[0], seen[2], seen[3], seen[4].slice(0, 4), seen[5]], [new Uint8Array([7, 7, 7]), 2000, 2000, "0707", "0707"]);
        assert.ok(count > 0);
      }
    });
  }

  test("nothing is reachable that was not handed in", async () => {
    const { loader } = await loaderWith({
      "a.py": `import h
def tried(f):
    try: return repr(f())
    except (AttributeError, TypeError): return 'no'
class Out: pass
found = [tried(lambda: getattr(o, name)) for o in (h.f, h.o, h.K, h.K(), h.a)
         for name in ('constructor', '__proto__', 'prototype', 'call', 'apply', 'bind', 'hasOwnProperty', 'toString', 'caller', '__defineGetter__', 'valueOf')]
sets = [tried(lambda: setattr(o, name, 1)) for o in (h.o, h.K) for name in ('__proto__', 'constructor', 'prototype')]`,
    });
    class K {
      own = 1;
    }
    const module = loader.load("a", empty.with("h", { f: () => 1, o: new K(), K, a: async () => 1 }));
    assert.deepEqual(new Set(module.get("found")), new Set(["no"]));
    assert.deepEqual(new Set(module.get("sets")), new Set(["no"]));
    for (const name of ["js", "pyodide", "os", "socket", "posix", "subprocess", "ctypes"]) {
      assert.equal(loader.contains(name), false, name);
    }
    assert.equal(thrown(() => { loader.write("b.py", "open('/etc/passwd')"); loader.load("b"); }) instanceof PythonError, true);
  });

  test("the log tells who asked, and which rule answered", async () => {
    const events = [];
    const { loader } = await loaderWith({ "a.py": "import b\nimport c", "b.py": "" }, { log: (event) => events.push(event) });
    loader.load("a", passThrough.realm("a", "b").with("c", 1));
    const decisions = events.filter(({ event }) => event === "decision");
    assert.deepEqual(decisions.map(({ name, answer: given, importer }) => [name, given, importer.module, importer.line]), [["b", "object", "a", 1], ["c", "object", "a", 2]]);
    assert.ok(decisions.every(({ rule }) => rule.length > 0));
    const loads = events.filter(({ event }) => event === "load");
    assert.deepEqual(loads.map(({ name, fresh, error }) => [name, fresh, error]), [["b", true, null], ["a", true, null]]);
    assert.equal(loads[0].parent, loads[1].id);
    assert.match(loads[0].hash, /^[0-9a-f]{64}$/);
  });
});

describe("the end", () => {
  test("a disposed loader and its objects say so", async () => {
    const { loader } = await loaderWith({ "a.py": "x = 1" });
    const module = loader.load("a");
    loader.dispose();
    loader.dispose();
    for (const use of [() => loader.load("a"), () => module.get("x"), () => loader.modules()]) {
      assert.match(thrown(use).message, /disposed/);
      assert.ok(thrown(use) instanceof LoaderError);
    }
    module.dispose();
  });

  test("Python code that calls itself gets a RecursionError", async () => {
    const { loader } = await loaderWith({ "a.py": "def f(n): return f(n + 1)\nclass A:\n    def __repr__(self): return repr(self)\nclass B:\n    def __getattr__(self, name): return getattr(self, name + 'x')\ndef g(n): return list(map(g, [n]))\ndef h(n): return sorted([1, 2], key=h)" });
    const module = loader.load("a");
    for (const call of [() => module.call("f", 0), () => module.call("A").repr(), () => module.call("B").get("q"), () => module.call("g", 0), () => module.call("h", 0)]) {
      assert.equal(thrown(call).type, "RecursionError", String(call));
    }
    assert.equal(loader.load("a").has("f"), true);
  });

  test("text that is nested too deep is an error of syntax", async () => {
    const { loader } = await loaderWith({});
    const texts = ["(".repeat(10000), "[".repeat(90) + "]".repeat(90), "-".repeat(20000) + "1", "1" + "+1".repeat(100000), "x" + ".a".repeat(20000), "if 1: pass\n" + "elif 1: pass\n".repeat(20000), "lambda: ".repeat(5000) + "1", "not ".repeat(9000) + "1"];
    for (const text of texts) {
      loader.write("deep.py", `x = 1\nx = ${text}`.replace("x = if", "if"));
      const error = (() => {
        try {
          loader.load("deep");
        } catch (error) {
          return error;
        }
      })();
      assert.ok(error === undefined || error instanceof PythonError, `${text.slice(0, 20)}: ${error}`);
    }
  });

  test("no Python code goes on after a breakdown further in", async () => {
    const seen = [];
    const { loader } = await loaderWith({ "a.py": "import h\ndef go():\n    try: h.inner()\n    except BaseException as e: h.saw(str(e))\n    h.saw('went on')\ndef boom(): return '%2000000000d' % 1" });
    const module = loader.load("a", empty.with("h", { inner: () => { try { module.call("boom"); } catch {} }, saw: (text) => seen.push(text) }));
    assert.ok(thrown(() => module.call("go")) instanceof LoaderError);
    assert.deepEqual(seen, []);
  });

  test("an interpreter that breaks down takes its own loader along, and no other", async () => {
    const [{ loader: one }, { loader: two }] = [await loaderWith({ "a.py": "import h\ndef go(): return h.f()\ndef eat():\n    try: h.f()\n    except BaseException: pass\n    return 'went on'" }), await loaderWith({ "a.py": "x = 1" })];
    const overflow = () => overflow() + 1;
    const module = one.load("a", empty.with("h", { f: overflow }));
    // JavaScript's own overflow is an error like any other.
    assert.equal(thrown(() => module.call("go")).type, "JavaScriptError");
    assert.equal(module.call("eat"), "went on");
    // More text than fits into its memory, which the VM doesn't ask for with care.
    one.write("b.py", "import h\ndef f():\n    try: h.again()\n    except BaseException: pass\nx = '%2000000000d' % 1");
    const broken = thrown(() => one.load("b", empty.with("h", {})));
    assert.ok(broken instanceof LoaderError && /broke down/.test(broken.message), String(broken));
    for (const use of [() => one.load("a"), () => module.call("go"), () => one.modules()]) {
      assert.match(thrown(use).message, /broke down/);
    }
    assert.equal(two.load("a").get("x"), 1);
  });
});
