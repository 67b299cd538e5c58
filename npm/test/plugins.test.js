import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { answer, empty, LoaderError, passThrough, PythonError, PythonObject } from "../dist/core.js";
import { createWorkerLoader, WorkerObject } from "../dist/worker.js";
import { loaderWith, thrown, tiers } from "./support.js";

const BOT = {
  "bot/plugins/greet.py": "def reply(name): return f'hello {name}'\nclass Greeting: pass",
  "bot/plugins/shout.py": "from ._loud import loud\ndef reply(name): return loud(name)",
  "bot/plugins/_loud.py": "def loud(text): return text.upper()",
};

/** What became of each plugin, and the generation that is at work. */
const shown = (changes) => changes.map(({ plugin, what, generation }) => [plugin, what, generation]);

/** What each plugin answered, or the class of what it raised. */
const answers = (replies) => replies.map(({ plugin, generation, result, error }) => [plugin, generation, error ? error.type : result]);

for (const tier of Object.keys(tiers)) {
  describe(`plugins in ${tier}`, () => {
    const bot = async (files, options = {}) => {
      const { loader, printed } = await loaderWith(files, {}, tier);
      const plugins = loader.plugins({ package: "bot.plugins", ...options });
      const edit = (name, text) => {
        loader.write(`bot/plugins/${name}.py`, text);
        return plugins.poll();
      };
      return { loader, printed, plugins, edit };
    };

    test("each is loaded, called in order, and described", async () => {
      const { plugins } = await bot(BOT);
      assert.deepEqual([plugins.status(), plugins.order(), plugins.get("greet")], [[], [], undefined]);
      const changes = plugins.load();
      assert.deepEqual(shown(changes), [["greet", "loaded", 1], ["shout", "loaded", 1]]);
      assert.ok(changes.every(({ took }) => typeof took === "number" && took >= 0));
      assert.deepEqual(plugins.load(), []);
      assert.deepEqual(plugins.callAll("reply", "Ann"), [
        { plugin: "greet", generation: 1, result: "hello Ann" },
        { plugin: "shout", generation: 1, result: "ANN" },
      ]);
      assert.deepEqual([plugins.callAll("nothing"), plugins.first("nothing")], [[], null]);
      const [{ took, ...greet }] = plugins.status();
      assert.ok(took >= 0);
      assert.deepEqual(greet, {
        name: "greet", module: "bot.plugins.greet", origin: "<app>/bot/plugins/greet.py", version: null, state: "loaded", generation: 1,
        error: null, priority: 0, requires: [], failures: 0, replaced: [],
      });
    });

    test("an edit makes a new generation; one that fails leaves the old one at work", async () => {
      const { plugins, edit } = await bot(BOT);
      plugins.load();
      assert.deepEqual(plugins.poll(), []);
      const [replaced] = edit("greet", "def reply(name): return f'good day {name}'");
      assert.deepEqual([replaced.what, replaced.generation, replaced.previous, replaced.why], ["replaced", 2, 1, ["<app>/bot/plugins/greet.py"]]);
      assert.deepEqual(answers(plugins.callAll("reply", "Ann")), [["greet", 2, "good day Ann"], ["shout", 1, "ANN"]]);
      for (const [text, error, line] of [["def reply(name:\n", /^SyntaxError/, 1], ["x = 1\nimport nobody_has_this", /nobody_has_this/, 2], ["def check():\n    return 1 / 0", /^ZeroDivisionError/, 2]]) {
        const [kept] = edit("greet", text);
        assert.deepEqual([kept.what, kept.generation], ["kept", 2], text);
        assert.match(kept.error, error);
        assert.match(kept.traceback, new RegExp(`greet\\.py"?, line ${line}\\b`));
        assert.equal(plugins.status()[0].error, kept.error);
        assert.equal(plugins.first("reply", "Ann"), "good day Ann");
      }
      // What a helper is part of changes with it, and nothing else does.
      assert.deepEqual(shown(edit("_loud", "def loud(text): return text + '!'")), [["shout", "replaced", 2]]);
      assert.deepEqual(shown(plugins.reload("greet")), [["greet", "kept", 2]]);
      assert.equal(thrown(() => plugins.reload("nobody")).type, "KeyError");
    });

    test("what is written anew is loaded, and what is removed is out of use", async () => {
      const { loader, plugins, edit } = await bot(BOT);
      plugins.load();
      assert.deepEqual(shown(edit("new", "def reply(name): return name")), [["new", "loaded", 1]]);
      assert.equal(loader.remove("bot/plugins/greet.py"), true);
      assert.deepEqual(shown(plugins.poll()), [["greet", "removed", 0]]);
      assert.deepEqual(answers(plugins.callAll("reply", "Ann")), [["new", 1, "Ann"], ["shout", 1, "ANN"]]);
    });

    test("one that fails harms nobody, and its error is that of any call", async () => {
      const { loader, plugins } = await bot({
        "bot/plugins/exits.py": "import sys\nsys.exit(3)",
        "bot/plugins/far.py": "import host\ndef reply(): host.far()",
        "bot/plugins/good.py": "def reply(): return 'fine'",
        "bot/plugins/raises.py": "def reply():\n    return {}['k']",
        "bot/plugins/round.py": "def reply():\n    endless = []\n    endless.append(endless)\n    return endless",
        "bot/plugins/torn.py": "def reply(:",
      }, { imports: passThrough.with({ host: { far: () => { throw new RangeError("far"); } } }) });
      assert.deepEqual(shown(plugins.load()), [["exits", "failed", 0], ["far", "loaded", 1], ["good", "loaded", 1], ["raises", "loaded", 1], ["round", "loaded", 1], ["torn", "failed", 0]]);
      const replies = plugins.callAll("reply");
      assert.deepEqual(answers(replies), [["far", 1, "JavaScriptError"], ["good", 1, "fine"], ["raises", 1, "KeyError"], ["round", 1, "ValueError"]]);
      const [far, , raises] = replies.map(({ error }) => error);
      assert.ok(far.cause instanceof RangeError);
      assert.ok(raises instanceof PythonError && raises.is("LookupError") && raises.object instanceof PythonObject);
      const direct = thrown(() => plugins.get("raises").call("reply"));
      assert.deepEqual([raises.message, raises.traceback, raises.frames], [direct.message, direct.traceback, direct.frames]);
      assert.deepEqual(plugins.failures("exits").map(({ during, exitCode }) => [during, exitCode]), [["load", 3]]);
      assert.deepEqual(plugins.failures().map(({ plugin, during }) => [plugin, during]).sort(), [["exits", "load"], ["far", "hook reply"], ["raises", "hook reply"], ["torn", "load"]]);
      assert.equal(loader.load("bot.plugins.good").call("reply"), "fine");
    });

    test("what a failure does is decided by name", async () => {
      const { plugins, edit } = await bot({ "bot/plugins/a.py": "def reply(): raise ValueError('a')", "bot/plugins/b.py": "def reply(): return 'b'" });
      plugins.configure("a", { onFailure: 2 });
      plugins.load();
      const heard = [];
      const end = plugins.onChange((change) => heard.push(change));
      assert.deepEqual(answers(plugins.callAll("reply")), [["a", 1, "ValueError"], ["b", 1, "b"]]);
      assert.deepEqual(answers(plugins.callAll("reply")), [["a", 1, "ValueError"], ["b", 1, "b"]]);
      assert.deepEqual(answers(plugins.callAll("reply")), [["b", 1, "b"]]);
      assert.deepEqual(shown(heard.splice(0)), [["a", "disabled", 0]]);
      plugins.configure("a", { onFailure: "raise" });
      assert.deepEqual(edit("a", "def reply(): raise OSError"), heard.splice(0));
      assert.equal(thrown(() => plugins.callAll("reply")).type, "OSError");
      end();
      plugins.disable("b");
      assert.deepEqual(heard, []);
    });

    test("a listener that throws keeps no change from being made, and is reported", async (t) => {
      const { plugins } = await bot(BOT);
      const later = t.mock.method(globalThis, "queueMicrotask", () => {});
      plugins.onChange(() => { throw new RangeError("not me"); });
      const heard = [];
      plugins.onChange(({ plugin }) => heard.push(plugin));
      assert.equal(plugins.load().length, 2);
      assert.deepEqual(heard, ["greet", "shout"]);
      const reports = later.mock.calls.map(({ arguments: [report] }) => thrown(report).message);
      assert.deepEqual(reports, ["not me", "not me"]);
    });

    test("first and chain", async () => {
      const { plugins } = await bot({
        "bot/plugins/a.py": "def ask(n): return None\ndef grow(all, more): return all + ['a' + more]",
        "bot/plugins/b.py": "def ask(n): return n if n > 1 else None\ndef grow(all, more): raise OSError",
        "bot/plugins/c.py": "def ask(n): return -n\ndef grow(all, more): return all + ['c' + more]",
      });
      plugins.load();
      assert.deepEqual([plugins.first("ask", 5), plugins.first("ask", 1), plugins.chain("grow", ["x"], "!"), plugins.chain("nothing", 7)], [5, -1, ["x", "a!", "c!"], 7]);
    });

    test("the order is that of priorities, and what is disabled isn't in it", async () => {
      const { plugins } = await bot({ "bot/plugins/a.py": "def reply(): pass", "bot/plugins/b.py": "__priority__ = 5\ndef reply(): pass", "bot/plugins/c.py": "" });
      plugins.configure("?", { priority: -1 });
      plugins.configure("b", { priority: 2 });
      plugins.configure("c", { priority: 1 });
      plugins.load();
      assert.deepEqual([plugins.order(), plugins.order("reply")], [["b", "c", "a"], ["b", "a"]]);
      assert.deepEqual(shown([plugins.disable("b")]), [["b", "disabled", 0]]);
      assert.deepEqual([plugins.order(), plugins.get("b"), plugins.status()[1].state], [["c", "a"], undefined, "disabled"]);
      assert.deepEqual(plugins.poll(), []);
      assert.deepEqual(shown(plugins.enable("b")), [["b", "loaded", 2]]);
      assert.deepEqual(plugins.order("reply"), ["b", "a"]);
      assert.equal(thrown(() => plugins.disable("nobody")).type, "KeyError");
    });

    test("imports are decided for all, for some, and by a policy", async () => {
      const files = { "bot/plugins/a.py": "import api\nvalue = api.value\ndef reply(): return value", "bot/plugins/b.py": "import api, json\ndef reply(): return api.value", "bot/plugins/c.py": "def reply(): return __name__" };
      const asked = [];
      const { loader, plugins } = await bot(files, { imports: empty.with({ api: { value: 1 } }).ask(({ name, importer }) => void asked.push([importer, name])) });
      plugins.configure("b", { imports: passThrough.ask(({ name }) => (name === "api" ? answer.object({ value: 2 }) : undefined)), policy: { default: "allow", rule: [{ deny: "json", why: "not here" }] } });
      assert.deepEqual(shown(plugins.load()), [["a", "loaded", 1], ["b", "failed", 0], ["c", "loaded", 1]]);
      assert.match(plugins.failures("b")[0].error, /json.*not here/);
      assert.deepEqual(asked, [["bot.plugins.a", "api"]]);
      plugins.configure("b", { policy: { default: "allow" } });
      assert.deepEqual(shown(plugins.load()), [["b", "loaded", 1]]);
      assert.deepEqual(answers(plugins.callAll("reply")), [["a", 1, 1], ["b", 1, 2], ["c", 1, "bot.plugins.c"]]);
      // A mapper that is a Python object, a realm's here, and imports of another loader, which are none.
      loader.write("bot/plugins/d.py", "import shop\ndef reply(): return shop.seen");
      loader.write("shop/__init__.py", "seen = []");
      const realm = loader.loadPackage("shop");
      realm.import("shop").object("seen").call("append", 1);
      plugins.configure("d", { imports: realm.imports });
      plugins.load();
      assert.deepEqual(plugins.callAll("reply").at(-1).result, [1]);
      const { loader: other } = await loaderWith(files, {}, tier);
      assert.ok(thrown(() => other.plugins({ imports: realm.imports })) instanceof LoaderError);
      assert.ok(thrown(() => other.plugins({ imports: {} })) instanceof TypeError);
    });

    test("limits are a generation's, requirements and what is shared are by name", async () => {
      const { plugins, edit } = await bot({
        "bot/plugins/base.py": "seen = []\ndef note(x): seen.append(x)",
        "bot/plugins/a.py": "from . import base\nbase.note('a')\ndef reply(): return base.seen",
        "bot/plugins/b.py": "from . import common\ncommon.seen.append('b')\ndef reply(): return common.seen",
        "bot/plugins/common.py": "seen = []",
        "bot/plugins/deep.py": "def reply(n=90): return n and reply(n - 1)",
      });
      plugins.configure("a", { requires: "base" });
      plugins.configure("common", { helper: true });
      plugins.configure("*", { share: "bot.plugins.common" });
      plugins.configure("deep", { limits: { recursion: 60, sourceBytes: 50_000, modules: 5, importDepth: 5 } });
      plugins.load();
      assert.deepEqual(answers(plugins.callAll("reply")), [["a", 1, ["a"]], ["b", 1, ["b"]], ["deep", 1, "RuntimeError"]]);
      assert.deepEqual(plugins.status().find(({ name }) => name === "a").requires, ["base"]);
      assert.deepEqual(plugins.failures("deep").map(({ limit }) => limit), ["Recursion"]);
      assert.deepEqual(shown(edit("deep", "def reply(): return 'shallow'")), [["deep", "replaced", 2]]);
      assert.equal(plugins.callAll("reply").at(-1).result, "shallow");
      assert.match(edit("deep", `text = '${"x".repeat(50_000)}'`)[0].error, /50000/);
      assert.deepEqual(shown(edit("base", "def note(x): pass\nseen = 'new'")), [["base", "replaced", 2], ["a", "replaced", 2]]);
      assert.equal(plugins.callAll("reply")[0].result, "new");
    });

    test("who holds an old generation, and of which generation something is", async () => {
      const { loader, plugins, edit } = await bot({ ...BOT, "keeper.py": "kept = None\ndef keep(x):\n    global kept\n    kept = x" });
      plugins.load();
      const module = plugins.get("greet");
      const Greeting = module.get("Greeting");
      loader.import("keeper").call("keep", Greeting);
      edit("greet", "class Greeting: pass");
      assert.deepEqual(plugins.generationOf(Greeting), { plugin: "greet", generation: 1, current: 2 });
      assert.deepEqual(plugins.generationOf(plugins.get("greet")), { plugin: "greet", generation: 2, current: 2 });
      assert.equal(plugins.generationOf(loader.import("keeper")), undefined);
      Greeting.dispose();
      const { holders, more } = plugins.held("greet", 1);
      assert.equal(more, 0);
      assert.deepEqual(holders.map(({ holder, path }) => [holder, path]), [["module `keeper`", "kept"]]);
      assert.deepEqual(plugins.status()[0].replaced, [1]);
      loader.import("keeper").call("keep", null);
      // What JavaScript holds is held as well, and no module shows it.
      assert.deepEqual(plugins.held("greet").holders.map(({ path, object }) => [path, object]), [["", "module `bot.plugins.greet`"]]);
      module.dispose();
      assert.deepEqual(plugins.held("greet"), { holders: [], more: 0 });
      assert.deepEqual(plugins.status()[0].replaced, []);
    });

    test("modules at the top, those with a mark, and entry points", async () => {
      const { loader } = await loaderWith({
        "one.py": "COMMAND = 'x'", "two.py": "",
        "tool/__init__.py": "", "tool/greet.py": "class Hello:\n    def say(self): return 'hello'\nhello = Hello()",
        "tool-1.2.dist-info/METADATA": "Metadata-Version: 2.1\nName: tool\nVersion: 1.2\n", "tool-1.2.dist-info/entry_points.txt": "[bot]\nhi = tool.greet:hello\n",
      }, {}, tier);
      const named = (options) => shown(loader.plugins(options).load()).map(([name]) => name);
      assert.deepEqual(named(), ["one", "tool", "two"]);
      assert.deepEqual(named({ marker: "COMMAND" }), ["one"]);
      const plugins = loader.plugins({ group: "bot" });
      plugins.load();
      assert.deepEqual([plugins.get("hi").type, plugins.first("say"), plugins.status()[0].version], ["Hello", "hello", "1.2"]);
      assert.equal(thrown(() => loader.plugins({ marker: "no marker" })).type, "ValueError");
      assert.equal(thrown(() => loader.plugins({ package: "a", group: "b" })).type, "TypeError");
    });

    test("what is let go is gone", async () => {
      const { loader, printed, plugins } = await bot({ "bot/plugins/a.py": "class Last:\n    def __del__(self): print('gone')\nlast = Last()" });
      const other = loader.plugins({ package: "bot.plugins" });
      plugins.onChange(() => {});
      plugins.load();
      plugins.dispose();
      loader.import("gc").call("collect");
      assert.equal(printed(), "gone\n");
      assert.ok(thrown(() => plugins.poll()) instanceof LoaderError);
      assert.deepEqual(shown(other.load()), [["a", "loaded", 1]]);
      loader.dispose();
      assert.ok(thrown(() => other.order()) instanceof LoaderError);
    });

    test("in a worker, with promises", async () => {
      const loader = await createWorkerLoader({ sources: BOT, library: tier, deadline: 5000 });
      const imports = passThrough.with({ host: { twice: async (n) => 2 * n } });
      const plugins = await loader.plugins({ package: "bot.plugins", imports });
      await plugins.configure("shout", { priority: 1 });
      assert.deepEqual(shown(await plugins.load()), [["shout", "loaded", 1], ["greet", "loaded", 1]]);
      assert.deepEqual(answers(await plugins.callAll("reply", "Ann")), [["shout", 1, "ANN"], ["greet", 1, "hello Ann"]]);
      await loader.write("bot/plugins/greet.py", "import host\ndef reply(n):\n    return host.twice(n)\ndef add(a, b): return a + b");
      assert.deepEqual(shown(await plugins.poll()), [["greet", "replaced", 2]]);
      const [shout, greet] = await plugins.callAll("reply", 4);
      assert.equal(greet.result, 8);
      assert.ok(shout.error instanceof PythonError);
      assert.deepEqual([shout.error.type, shout.error.frames.at(-1).line], ["AttributeError", 1]);
      assert.deepEqual([await plugins.first("nothing"), await plugins.chain("add", 1, 2), await plugins.order("add")], [null, 3, ["greet"]]);
      const module = await plugins.get("greet");
      assert.ok(module instanceof WorkerObject);
      assert.deepEqual(await plugins.generationOf(module), { plugin: "greet", generation: 2, current: 2 });
      assert.deepEqual([await plugins.get("nobody"), (await plugins.held("greet")).more, (await plugins.failures("shout")).length], [undefined, 0, 1]);
      assert.deepEqual([(await plugins.disable("shout")).what, shown(await plugins.enable("shout")), shown(await plugins.reload("greet"))], ["disabled", [["shout", "loaded", 2]], [["greet", "replaced", 3]]]);
      assert.deepEqual((await plugins.status()).map(({ state }) => state), ["loaded", "loaded"]);
      plugins.dispose();
      await assert.rejects(plugins.poll(), LoaderError);
      loader.dispose();
    });
  });
}
