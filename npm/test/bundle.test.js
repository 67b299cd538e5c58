import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { unzipSync, zipSync } from "fflate";
import { Bundle, LoaderError } from "../dist/core.js";
import { thrown, tiers } from "./support.js";

// `exocet run --realm --trace app.record app.py` and `exocet bundle --policy policy.toml --record app.record -o ../bundle.exo app.py`
// in `data/bundle`; a test of the command line compares it with what is made today.
const BYTES = new Uint8Array(readFileSync(new URL("data/bundle.exo", import.meta.url)));

describe("bundles", () => {
  test("a bundle is run, under what it brings", async () => {
    const printed = [];
    const loader = await tiers.std({ bundle: BYTES, stdout: (text) => printed.push(text), stderr: (text) => printed.push(text) });
    const { entry, imports, madeBy, distributions } = loader.bundle;
    assert.deepEqual([entry, distributions], ["__main__", []]);
    assert.match(madeBy, /^exocet \d/);
    assert.equal(loader.run(entry, imports), 0);
    assert.equal(printed.splice(0).join(""), "hello, moin\n");
    const greetings = loader.import("greetings", imports);
    assert.deepEqual(greetings.call("words"), ["hello", "moin"]);
    const error = thrown(() => greetings.call("evil"));
    assert.match(error.message, /denied by the policy's rule 1 \(deny socket: greetings go nowhere\)/);
    assert.deepEqual(loader.modules().map(({ name }) => name), ["__main__", "greetings"]);
    loader.dispose();
  });

  test("a locked bundle imports no more than it did", async () => {
    const loader = await tiers.std({ bundle: BYTES, sources: { "late.py": "" } });
    loader.write("greetings/extra.py", "import json");
    const error = thrown(() => loader.import("greetings.extra", loader.bundle.imports));
    assert.match(error.message, /json.*denied by .*: the bundle's lock doesn't have it/);
    loader.dispose();
  });

  test("modules behind the library are those that it doesn't have", async () => {
    const files = { "json.py": "own = 1", "only_here.py": "word = 'here'" };
    const app = { "app.py": "import json, only_here\ngot = [hasattr(json, 'own'), only_here.word]" };
    const loader = await tiers.std({ sources: [{ label: "<more>", library: true, files }, app] });
    assert.deepEqual(loader.load("app").get("got"), [false, "here"]);
    loader.dispose();
  });

  test("one that was changed is refused, whichever byte it is", () => {
    assert.ok(new Bundle(BYTES) instanceof Bundle);
    for (let at = 0; at < BYTES.length; at += 1) {
      const bytes = BYTES.slice();
      bytes[at] ^= 1;
      assert.ok(thrown(() => new Bundle(bytes)) instanceof LoaderError, `byte ${at}`);
    }
  });

  test("what was changed, added or taken out is named", () => {
    const rewritten = (change) => {
      const members = unzipSync(BYTES);
      change(members);
      return zipSync(members);
    };
    for (const [change, expected] of [
      [(members) => (members["__main__.py"] = new Uint8Array()), "`__main__.py` was changed"],
      [(members) => (members["more.py"] = new Uint8Array()), "`more.py` was added"],
      [(members) => delete members["greetings/__init__.py"], "`greetings/__init__.py` is missing"],
      [(members) => delete members[".exocet/bundle.toml"], "no manifest"],
      [() => {}, "the archive around its files was changed"],
    ]) {
      const error = thrown(() => new Bundle(rewritten(change)));
      assert.ok(error instanceof LoaderError && error.message.includes(expected), error.message);
    }
    assert.ok(thrown(() => new Bundle(new TextEncoder().encode("text"))) instanceof LoaderError);
  });
});
