// Snapshots: an interpreter with its modules loaded, frozen.

import { blake3 } from "@noble/hashes/blake3.js";
import { LoaderError } from "../errors.js";
import { type Imports, passThrough } from "../imports.js";
import { type Files, labelled, type Source } from "../sources.js";
import { type About, fromBytes, hashOf, toBytes } from "./file.js";
import { Host } from "./host.js";
import { Isolate, type IsolateOptions } from "./isolate.js";
import { split, stripped } from "./sections.js";

/** What a snapshot is made of. */
export interface SnapshotOptions extends IsolateOptions {
  /** The source of the modules, or several; the first that has a module counts. */
  sources?: Source | Source[];
  /** The modules that are loaded. */
  load: string[];
  /**
   * Decide what the modules import, also after the snapshot was made: values, modules of functions, policies, functions that are asked.
   * An isolate's modules see one another in any case.
   */
  imports?: Imports;
  /** What the hashes of strings are mixed with, in every isolate of the snapshot. It is random without this. */
  hashSeed?: number;
}

/** The loader as WebAssembly, compiled. */
export class Guest {
  readonly #wasm: Uint8Array;
  #hash: number[] | undefined;

  private constructor(
    wasm: Uint8Array,
    /** @internal */
    readonly code: WebAssembly.Module,
    /** @internal */
    readonly memory: Uint8Array,
  ) {
    this.#wasm = wasm;
  }

  /** Compiles a guest that `wasm/build.sh guest` built. */
  static async compile(wasm: Uint8Array): Promise<Guest> {
    const { code, memory } = split(wasm);
    return new Guest(wasm, await WebAssembly.compile(code), memory);
  }

  /** BLAKE3 of the WebAssembly, without names. @internal */
  get hash(): number[] {
    if (!this.#hash) {
      const hash = blake3.create();
      for (const part of stripped(this.#wasm)) {
        hash.update(part);
      }
      this.#hash = [...hash.digest()];
    }
    return this.#hash;
  }
}

/** An interpreter whose modules are loaded, frozen: isolates start from it. */
export class Snapshot {
  readonly #guest: Guest;
  readonly #memory: Uint8Array;
  readonly #host: Host;
  readonly #about: Omit<About, "size" | "content">;
  readonly #modules: ReadonlyMap<string, number>;

  private constructor(guest: Guest, memory: Uint8Array, host: Host, about: Omit<About, "size" | "content">) {
    this.#guest = guest;
    this.#memory = memory;
    this.#host = host;
    this.#about = about;
    this.#modules = new Map(Object.entries(about.modules).map(([name, { number }]) => [name, number]));
  }

  /** Starts an interpreter in the guest, loads the modules, and freezes it. */
  static build(guest: Guest, options: SnapshotOptions): Snapshot {
    const host = new Host(options.imports ?? passThrough);
    const begun = start(options, host);
    const printed = { output: "", errors: "" };
    const loading = new Isolate(guest.code, guest.memory, new Map(), host, {
      ...options,
      stdout: (text) => {
        printed.output += text;
        options.stdout?.(text);
      },
      stderr: (text) => {
        printed.errors += text;
        options.stderr?.(text);
      },
    });
    loading.request({ Start: begun });
    const modules = options.load.map((name) => [name, { number: loading.numberOf(loading.load(name)), class: "module" }]);
    loading.request("Freeze");
    return new Snapshot(guest, loading.content.slice(), host, {
      made_by: "0.1.0",
      guest: guest.hash,
      sources: begun.sources.map(({ label, files }) => [label, hashOf(files)]),
      imports: begun.imports,
      modules: Object.fromEntries(modules) as About["modules"],
      ...printed,
      events: loading.events,
      hash_seed: begun.hash_seed,
    });
  }

  /**
   * Opens a snapshot: one of `toBytes`, or a file that `exocet isolate build` wrote. It has to be of this guest. One that was made with
   * functions of its host is opened with imports that are the same.
   */
  static open(bytes: Uint8Array, guest: Guest, imports?: Imports): Snapshot {
    const { about, memory } = fromBytes(bytes);
    if (about.guest.some((byte, at) => byte !== guest.hash[at])) {
      throw new LoaderError(`the snapshot was made with another guest, by version ${about.made_by}: make it anew`);
    }
    return new Snapshot(guest, memory, Host.restored(about.imports, imports), about);
  }

  /** The snapshot as bytes, to keep or to send to a worker: data, and nothing that a host would run. */
  toBytes(): Uint8Array<ArrayBuffer> {
    return toBytes(this.#about, this.#memory);
  }

  /** Starts an isolate. */
  isolate(options: IsolateOptions = {}): Isolate {
    return new Isolate(this.#guest.code, this.#memory, this.#modules, this.#host, options, { is_observed: false });
  }

  /** The size of the memory in bytes. */
  get size(): number {
    return this.#memory.length;
  }
}

/** What an interpreter is started with. */
function start(options: SnapshotOptions, host: Host) {
  return {
    sources: labelled([options.sources ?? []].flat() as Source[], "app").map((source) => {
      if (!("files" in source)) {
        throw new TypeError("an isolate takes files, and no archives");
      }
      return { label: source.label, is_on_path: true, files: filesOf(source.files) };
    }),
    imports: host.layers,
    limits: LIMITS,
    is_realm: true,
    hash_seed: options.hashSeed ?? (crypto.getRandomValues(new Uint32Array(1))[0] as number),
  };
}

function filesOf(files: Files): [string, Uint8Array][] {
  return Object.entries(files).map(([path, content]) => [path, typeof content === "string" ? new TextEncoder().encode(content) : content]);
}

/** Those of `exocet::Limits` that nobody has set. */
const LIMITS = {
  time: null,
  recursion: null,
  source_bytes: 16 << 20,
  nesting: null,
  compile_time: { secs: 30, nanos: 0 },
  modules: 10_000,
  import_depth: 200,
};
