// One instance of the guest: a memory, the functions of the host, and messages in CBOR. `isolate/src/boundary.rs` has the forms.

import { LoaderError } from "../errors.js";
import { decode, encode } from "./cbor.js";

/** The version of the boundary. */
const VERSION = 3;

/** So far may requests and questions be nested in one another. */
const NESTED = 32;

/** A variant of an enumeration: its name, or its name and what it holds. */
export type Form = string | { [name: string]: unknown };

interface Exports {
  exocet_version(): number;
  exocet_buffer(length: number): number;
  exocet_handle(): bigint;
}

/** What an instance has of its host. */
export interface Senses {
  random(bytes: Uint8Array): void;
  now(): number;
  monotonic(): number;
  print(toStderr: boolean, text: string): void;
  /** Answers a question. */
  answer(ask: Form): Form;
}

const text = new TextDecoder();

export class Instance {
  readonly memory: WebAssembly.Memory;
  readonly #exports: Exports;
  #nested = 0;
  #released: number[] = [];
  #resume: object | null;
  #lastWords: string | undefined;
  /** Why it came to its end. */
  #ended: LoaderError | undefined;

  /** An instance that goes on from this memory; from a snapshot with `resume`. */
  constructor(code: WebAssembly.Module, memory: Uint8Array, senses: Senses, resume: object | null) {
    this.#resume = resume;
    this.memory = new WebAssembly.Memory({ initial: memory.length >> 16 });
    new Uint8Array(this.memory.buffer).set(memory);
    const exocet = {
      random: (at: number, length: number) => senses.random(this.#part(at, length)),
      now: () => senses.now(),
      monotonic: () => senses.monotonic(),
      print: (stream: number, at: number, length: number) => senses.print(stream !== 0, text.decode(this.#part(at, length))),
      panicked: (at: number, length: number) => void (this.#lastWords = text.decode(this.#part(at, length))),
      ask: (at: number, length: number) => this.#answer(senses, at, length),
    };
    const instance = new WebAssembly.Instance(code, { env: { memory: this.memory }, exocet });
    this.#exports = instance.exports as unknown as Exports;
    const version = this.#exports.exocet_version();
    if (version !== VERSION) {
      throw new LoaderError(`the guest is of version ${version}, and not ${VERSION}`);
    }
  }

  /** Has the guest do something, and returns its reply. After a trap the instance is of no use any more. */
  request(request: Form): Form {
    if (this.#ended) {
      throw this.#ended;
    }
    const message = { released: this.#released.splice(0), resume: this.#resume, request };
    this.#resume = null;
    try {
      this.#put(message);
      const place = this.#exports.exocet_handle();
      return decode(this.#part(Number(place >> 32n), Number(place & 0xffffffffn))) as Form;
    } catch (error) {
      this.#ended ??= new LoaderError(`the isolate came to its end: ${this.#lastWords ?? String(error)}`, { cause: error });
      throw this.#ended;
    }
  }

  /** The host has no handle on an object any more; the guest is told with the next request. */
  release(object: number): void {
    this.#released.push(object);
  }

  #answer(senses: Senses, at: number, length: number): number {
    if (this.#nested === NESTED) {
      throw new RangeError("questions are nested too deep");
    }
    this.#nested += 1;
    const ask = decode(this.#part(at, length).slice()) as Form;
    const answer = this.#put(senses.answer(ask));
    this.#nested -= 1;
    return answer;
  }

  /** Writes a message where the guest makes room for it, and returns its length. */
  #put(message: unknown): number {
    const bytes = encode(message);
    const at = this.#exports.exocet_buffer(bytes.length);
    this.#part(at, bytes.length).set(bytes);
    return bytes.length;
  }

  /** A part of the memory; an error where the guest names one that it hasn't. */
  #part(at: number, length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, at >>> 0, length >>> 0);
  }
}
