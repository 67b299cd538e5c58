// One instance of the guest: a memory, the functions of the host, and messages in CBOR. `isolate/src/boundary.rs` has the forms.

import { decode, encode } from "./cbor.js";
import { LoaderError } from "./errors.js";

/** The version of the boundary. */
const VERSION = 5;

const PAGE = 65536;

/** A variant of an enumeration: its name, or its name and what it holds. */
export type Form = string | { [name: string]: unknown };

interface Exports {
  exocet_version(): number;
  exocet_buffer(length: number): number;
  exocet_handle(): bigint;
}

/** What an instance has of its host. None of it may throw but to end the instance. */
export interface Senses {
  random(bytes: Uint8Array): void;
  now(): number;
  monotonic(): number;
  /** Shows text; what it returns says why it couldn't. */
  print(toStderr: boolean, text: string): Form | undefined;
  /** Answers a question. */
  answer(ask: Form): Form;
}

/** A memory as an instance begins with it. */
export interface Content {
  /** In bytes: whole pages of WebAssembly. */
  size: number;
  /** What isn't empty, and where. */
  parts: readonly (readonly [number, Uint8Array])[];
}

/** How an instance goes on from a memory in which an interpreter runs: `Resume` of the boundary. */
export interface Resume {
  is_observed: boolean;
}

const text = new TextDecoder("utf-8", { ignoreBOM: true });

export class Instance {
  readonly memory: WebAssembly.Memory;
  #exports!: Exports;
  readonly #released: number[] = [];
  #resume: Resume | null;
  #lastWords: string | undefined;
  #running = 0;
  /** Why it came to its end. */
  #ended: LoaderError | undefined;

  /**
   * An instance that goes on from this memory, which never grows if it is `fixed`. A page's own thread may make an instance of such a
   * module only so.
   */
  static async start(
    code: WebAssembly.Module,
    content: Content,
    senses: Senses,
    resume: Resume | null,
    fixed = false,
  ): Promise<Instance> {
    const instance = new Instance(content, resume, fixed);
    const { exports } = await WebAssembly.instantiate(code, instance.#imports(senses));
    instance.#exports = exports as unknown as Exports;
    const version = instance.#exports.exocet_version();
    if (version !== VERSION) {
      throw new LoaderError(`the WebAssembly module is of version ${version}, and not ${VERSION}`);
    }
    return instance;
  }

  private constructor({ size, parts }: Content, resume: Resume | null, fixed: boolean) {
    this.#resume = resume;
    const pages = size / PAGE;
    this.memory = new WebAssembly.Memory({ initial: pages, ...(fixed && { maximum: pages }) });
    const bytes = new Uint8Array(this.memory.buffer);
    for (const [at, part] of parts) {
      bytes.set(part, at);
    }
  }

  /** What the guest imports. */
  #imports(senses: Senses): WebAssembly.Imports {
    const exocet = {
      random: (at: number, length: number) => senses.random(this.#part(at, length)),
      now: () => senses.now(),
      monotonic: () => senses.monotonic(),
      panicked: (at: number, length: number) => void (this.#lastWords = text.decode(this.#part(at, length))),
      ask: (at: number, length: number) => this.#put(this.#unbroken(senses.answer(decode(this.#part(at, length).slice()) as Form))),
      print: (stream: number, at: number, length: number) => {
        const failed = this.#unbroken(senses.print(stream !== 0, text.decode(this.#part(at, length))));
        return failed === undefined ? 0 : this.#put(failed);
      },
    };
    return { env: { memory: this.memory }, exocet };
  }

  /** Whether Python code is under way. */
  get isRunning(): boolean {
    return this.#running > 0;
  }

  /** Has the guest do something, and returns its reply. After a trap the instance is of no use any more. */
  request(request: Form): Form {
    if (this.#ended) {
      throw new LoaderError("the interpreter broke down before", { cause: this.#ended });
    }
    const message = { released: this.#released.splice(0), resume: this.#resume, request };
    this.#resume = null;
    this.#running += 1;
    try {
      this.#put(message);
      const place = this.#exports.exocet_handle();
      return decode(this.#part(Number(place >> 32n), Number(place & 0xffffffffn))) as Form;
    } catch (error) {
      // A trap, or the end of JavaScript's stack: the interpreter is left in the middle of something.
      this.#ended ??= new LoaderError(`the interpreter broke down: ${this.#lastWords ?? String(error)}`, { cause: error });
      throw this.#ended;
    } finally {
      this.#running -= 1;
    }
  }

  /** The host has no handle on an object any more; the guest is told with the next request. */
  release(object: number): void {
    this.#released.push(object);
  }

  /** What came of asking the host. Where the interpreter gave up meanwhile, further in, the frames that are left must go, too. */
  #unbroken<T>(outcome: T): T {
    if (this.#ended) {
      throw this.#ended;
    }
    return outcome;
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
