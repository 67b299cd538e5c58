// What runs in every engine: a module with a function of the host's, an error, calls that never return; and the same in a worker.

import { createLoader, passThrough } from "exocet";
import { createWorkerLoader } from "exocet/worker";

const sources = {
  "plugin.py": `import json, host
def reply(name): return '\\N{BULLET} ' + host.shout(name) + json.dumps([1])
def fail():
    raise ValueError('no')
def loop():
    while True: pass`,
  // Functions that call themselves: at once, through what the interpreter looks up, through what calls back.
  "deep.py": `class A:
    def __repr__(self): return repr(self)
class B:
    def __getattr__(self, name): return getattr(self, name + 'x')
def call(n): return call(n + 1)
def show(n): return repr(A())
def look(n): return B().attribute
def each(n): return list(map(each, [n]))
def sort(n): return sorted([1, 2], key=sort)`,
};
const imports = passThrough.with("host", { shout: (text) => text.toUpperCase() });

/** What `run` throws. */
async function thrown(run) {
  try {
    await run();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

/** What comes of a loader, of this thread or of a worker. */
async function tried(loader) {
  const plugin = await loader.load("plugin", imports);
  const { type, message, frames } = await thrown(() => plugin.call("fail"));
  const deep = await loader.load("deep");
  const ends = [];
  for (const name of ["call", "show", "look", "each", "sort"]) {
    ends.push((await thrown(() => deep.call(name, 0))).type);
  }
  return { error: [type, message, frames.at(-1).line], ends };
}

export async function onThisThread(options) {
  const loader = await createLoader({ sources, ...options });
  return { ...(await tried(loader)), said: loader.load("plugin", imports).call("reply", "hello") };
}

export async function inWorker() {
  const loader = await createWorkerLoader({ library: "core", sources });
  const found = await tried(loader);
  const plugin = await loader.load("plugin", imports);
  const late = (await thrown(() => plugin.callWith("loop", [], {}, { deadline: 300 }))).name;
  const fresh = await loader.load("plugin", imports);
  // A page that isn't isolated has no functions for its workers.
  const said = await fresh.call("reply", "hello").catch((error) => error.message);
  loader.dispose();
  return { ...found, late, said };
}
