// Tables that few programs ask for, as files beside the package's code: they are read when one asks.

import { type Decoded, decodeAs } from "./encodings.js";
import { LoaderError } from "./errors.js";
import { Names } from "./names.js";
import { ofNode } from "./node.js";

/** A file of the package: the names of Unicode, or East Asian encodings and the names that the web has for encodings. */
export type Table = "names.txt" | "encodings.wasm";

/** Gives a file of the package, at once. */
export type TableReader = (file: Table) => BufferSource | WebAssembly.Module;

/** What is read of tables, once. @internal */
export class Tables {
  static readonly #all = new WeakMap<TableReader, Tables>();
  readonly #made = new Map<Table, unknown>();

  private constructor(readonly read: TableReader) {}

  /** The tables of a reader. */
  static of(read: TableReader): Tables {
    let tables = Tables.#all.get(read);
    if (!tables) {
      tables = new Tables(read);
      Tables.#all.set(read, tables);
    }
    return tables;
  }

  get names(): Names | undefined {
    return this.#table("names.txt", (file) => new Names(new TextDecoder().decode(file as BufferSource)));
  }

  decode(label: string, bytes: Uint8Array): Decoded | undefined {
    const module = this.#table("encodings.wasm", (file) => (file instanceof WebAssembly.Module ? file : new WebAssembly.Module(file)));
    return module && decodeAs(module, label, bytes);
  }

  /** What is made of a file. Without it nothing has a name, or is an encoding: Python knows no other error there, so that this is reported here. */
  #table<T>(file: Table, make: (file: BufferSource | WebAssembly.Module) => T): T | undefined {
    if (!this.#made.has(file)) {
      let made: T | undefined;
      try {
        made = make(this.read(file));
      } catch (error) {
        console.warn(`Exocet has no ${file}:`, error);
      }
      this.#made.set(file, made);
    }
    return this.#made.get(file) as T | undefined;
  }
}

/** Where the files lie: asked for only where they are needed, as some platforms don't know it. @internal */
export type Places = Record<Table, () => URL>;

/** What reads the files that lie there. @internal */
export async function readerOf(places: Places): Promise<TableReader> {
  const isNode = typeof process === "object" && process.versions?.node;
  const files = isNode ? await ofNode<typeof import("node:fs")>("fs").catch(() => undefined) : undefined;
  return (file) => {
    const url = places[file]();
    return files && url.protocol === "file:" ? files.readFileSync(url) : fetched(url);
  };
}

function fetched(url: URL): Uint8Array<ArrayBuffer> {
  if (typeof XMLHttpRequest !== "function") {
    throw new LoaderError("this platform can't read it at once: give `tables`");
  }
  const request = new XMLHttpRequest();
  request.open("GET", url, false);
  // A page gets bytes at once as text only: each is a character of this encoding, in its lower eight bits.
  request.overrideMimeType("text/plain; charset=x-user-defined");
  request.send();
  if (request.status !== 200) {
    throw new LoaderError(`${url} is answered with ${request.status}`);
  }
  return Uint8Array.from(request.responseText, (character) => character.charCodeAt(0));
}
