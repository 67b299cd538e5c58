// Makes the package's WebAssembly module of a guest that `wasm/build.sh` built: its code, and an image of an interpreter that has
// started and loaded the library's most used modules.

import { blake3 } from "@noble/hashes/blake3.js";
import { toBytes } from "./src/file.js";
import { type Form, Instance, type Senses } from "./src/instance.js";
import { split, stripped, withCustomSection } from "./src/sections.js";
import { IMAGE } from "./src/wasm.js";

/** Each image has the same: with another one its hashes of strings would come out in another order. */
const HASH_SEED = 0;

/** The module, and how many bytes of it are the image. */
export async function pack(wasm: Uint8Array, version: string, modules: readonly string[]): Promise<{ bytes: Uint8Array; image: number }> {
  const { code, memory } = split(wasm);
  const module = new WebAssembly.Module(code);
  // What compiles leaves garbage in its memory, so that it is another instance than the one that is kept.
  const compiler = await Instance.start(module, memory, senses(() => "Nothing"), null);
  const compile = (ask: Form): Form => {
    const source = (ask as Record<string, unknown>)["Compile"];
    if (source === undefined) {
      return "Done";
    }
    const reply = compiler.request({ Compile: source });
    return { Code: typeof reply === "object" ? (reply["Value"] as Uint8Array) : null };
  };
  const instance = await Instance.start(module, memory, senses(compile), null);
  const request = (form: Form) => {
    const reply = instance.request(form);
    if (typeof reply === "object" && "Failed" in reply) {
      throw new Error(JSON.stringify(reply["Failed"]));
    }
    return reply;
  };
  request({ Start: { sources: [], imports: [], limits: null, is_realm: false, hash_seed: HASH_SEED, takes_exceptions: true } });
  for (const name of modules) {
    request({ Load: { name, how: "Shared", imports: null } });
  }
  request({ Freeze: { kept: [], cannot_grow: false } });
  const guest = blake3.create();
  for (const part of stripped(wasm)) {
    guest.update(part);
  }
  const about = {
    made_by: version,
    guest: [...guest.digest()],
    sources: [],
    imports: [],
    modules: {},
    output: "",
    errors: "",
    events: [],
    hash_seed: HASH_SEED,
    lent: [],
  };
  const image = toBytes(about, new Uint8Array(instance.memory.buffer));
  return { bytes: withCustomSection(code, IMAGE, image), image: image.length };
}

/** Nothing is left of it but what modules read while they are loaded: the beginning of time, and no randomness. */
function senses(answer: (ask: Form) => Form): Senses {
  return { random: (bytes) => void bytes.fill(0), now: () => 0, monotonic: () => 0, print: () => undefined, answer };
}
