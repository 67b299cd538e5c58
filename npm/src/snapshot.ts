// Snapshots of a loader: what its interpreter has loaded, as bytes.

import { LoaderError } from "./errors.js";
import { type About, hashOf, toBytes } from "./file.js";
import { type Form, Instance, type Senses } from "./instance.js";
import { Lent, shown } from "./lent.js";
import type { Labelled } from "./sources.js";

/** Freezes a copy of a memory, with these objects in it by their names. What of JavaScript's is in it has to be found again later. */
export async function freeze(
  code: WebAssembly.Module,
  memory: Uint8Array,
  lent: Lent,
  about: Pick<About, "made_by" | "guest" | "imports" | "hash_seed">,
  sources: readonly Labelled[],
  modules: About["modules"],
): Promise<Uint8Array<ArrayBuffer>> {
  const left = new Lent();
  for (const [number, entry] of lent) {
    left.put(number, entry);
  }
  // The memory is copied before anything is awaited: the loader may go on meanwhile.
  const content = { size: memory.length, parts: [[0, memory]] as const };
  const copy = await Instance.start(code, content, new Silence(left), null, true);
  const kept = Object.values(modules).map(({ number }) => number);
  const reply = copy.request({ Freeze: { kept, cannot_grow: true } });
  if (reply !== "Done") {
    throw new LoaderError("the interpreter can't be frozen");
  }
  const functions = [...left].map(([number, { value, count, what, origin }]) => {
    if (!origin) {
      throw new LoaderError(`a snapshot can't hold ${shown(value)}, which Python code still has: it crossed as ${what}`);
    }
    return { number, count, ...origin };
  });
  const hashes = sources.map(({ label, files }): [string, string] => [label, files.size > 0 ? hashOf([...files].sort(byPath)) : ""]);
  const whole = { ...about, sources: hashes, modules, output: "", errors: "", events: [], lent: functions };
  return toBytes(whole, new Uint8Array(copy.memory.buffer));
}

function byPath([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}

/** The host of an interpreter that is only frozen: whatever runs then is at its end. */
class Silence implements Senses {
  constructor(readonly lent: Lent) {}

  random(): void {}

  now(): number {
    return 0;
  }

  monotonic(): number {
    return 0;
  }

  print(): undefined {}

  answer(ask: Form): Form {
    if (typeof ask === "object" && "LetGo" in ask) {
      this.lent.letGo(ask["LetGo"] as number);
      return "Done";
    }
    return "Nothing";
  }
}
