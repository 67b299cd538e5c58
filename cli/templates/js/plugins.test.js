// The plugins, each with a stub in place of what the page gives.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createLoader, passThrough } from "exocet";

const read = (path) => readFileSync(new URL(path, import.meta.url), "utf8");
const loader = await createLoader({
  sources: { "greeting.py": read("plugins/greeting.py"), "visits.py": read("plugins/visits.py") },
});

for (const [hour, reply] of [[9, "Good morning, Ann!"], [15, "Good day, Ann!"]]) {
  test(`the greeting at ${hour} o'clock`, () => {
    const greeting = loader.load("greeting", passThrough.with({ page: { hour: () => hour } }));
    assert.equal(greeting.call("reply", "Ann"), reply);
  });
}

test("visits are counted, and the count is passed on", () => {
  const visits = loader.load("visits");
  visits.call("reply", "Ann");
  const next = loader.load("visits");
  next.call("load_state", visits.call("save_state"));
  assert.equal(next.call("reply", "Ann"), "This is visit 2 of Ann.");
});
