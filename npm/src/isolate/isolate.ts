// An interpreter behind walls: what it is asked for, in the words of the package.

import { LoaderError, PythonError, type Raised } from "../errors.js";
import { type Calls, idOf, makeObject, PythonObject } from "../object.js";
import type { Host } from "./host.js";
import { type Form, Instance, type Senses } from "./instance.js";
import { fromGuest, type Handles, toGuest } from "./values.js";

/** What an isolate has of its host. */
export interface IsolateOptions {
  /** Receives what Python code writes to `sys.stdout`. Without it, the text is discarded. */
  stdout?: (text: string) => void;
  /** Receives what Python code writes to `sys.stderr`. Without it, the text is discarded. */
  stderr?: (text: string) => void;
  /** Clocks in milliseconds: `now` since 1970, `monotonic` since any moment. */
  clock?: { now(): number; monotonic(): number };
  /** Fills an array with random bytes. */
  random?: (bytes: Uint8Array) => void;
}

/** An error of the guest's as data, see `exocet::error::Report`. */
interface Report {
  message: string;
  exception: {
    kinds: string[];
    message: string;
    traceback: string;
    frames: Raised["frames"];
    chain: Raised["importChain"];
    exit_code: number | null;
  } | null;
}

/** The classes of what can be called. */
const CALLABLE = new Set(["function", "builtin_function_or_method", "method", "type"]);

/** A fresh interpreter whose modules are as the snapshot has them. */
export class Isolate {
  readonly #instance: Instance;
  readonly #modules: ReadonlyMap<string, number>;
  readonly #calls: Calls;
  readonly #handles: Handles;
  /** What it told, as data. @internal */
  readonly events: unknown[] = [];

  /** @internal */
  constructor(
    code: WebAssembly.Module,
    memory: Uint8Array,
    modules: ReadonlyMap<string, number>,
    host: Host,
    options: IsolateOptions,
    resume: object | null = null,
  ) {
    this.#modules = modules;
    this.#calls = {
      get: (id, name, asObject) => this.#value({ Get: { object: id, name, wanted: wanted(asObject) } }),
      has: (id, name) => (this.request({ Has: { object: id, name } }) as { Is: boolean }).Is,
      set: (id, name, value) => void this.request({ Set: { object: id, name, value: this.#form(value, `attribute \`${name}\``) } }),
      call: (id, name, args, named, asObject) => this.#call(id, name, args, named, asObject),
      value: (id) => this.#value({ Get: { object: id, name: null, wanted: "Value" } }),
      repr: (id) => this.#call(id, "__repr__", [], {}, false) as string,
      names: (id) => this.#call(id, "__dir__", [], {}, false) as string[],
      letGo: (id) => this.#instance.release(id),
    };
    this.#handles = {
      numberOf: (object) => {
        const number = idOf(object, this.#calls);
        if (number === undefined) {
          throw new TypeError("the Python object belongs to another isolate, or was let go");
        }
        return number;
      },
      object: (number, type) => makeObject(this.#calls, number, type, CALLABLE.has(type)),
    };
    const senses: Senses = {
      random: options.random ?? ((bytes) => void crypto.getRandomValues(bytes)),
      now: () => options.clock?.now() ?? Date.now(),
      monotonic: () => options.clock?.monotonic() ?? performance.now(),
      print: (toStderr, text) => (toStderr ? options.stderr : options.stdout)?.(text),
      answer: (ask) => this.#answer(ask, host),
    };
    this.#instance = new Instance(code, memory, senses, resume);
  }

  /** A module: one that is loaded already, or another one of the sources, which is loaded now. */
  module(name: string): PythonObject {
    const number = this.#modules.get(name);
    return number === undefined ? this.load(name) : (this.#value({ Get: { object: number, name: null, wanted: "Object" } }) as PythonObject);
  }

  /** The memory that the interpreter has taken from the host, in bytes. */
  get memory(): number {
    return this.#instance.memory.buffer.byteLength;
  }

  /** The whole memory, as it is. @internal */
  get content(): Uint8Array {
    return new Uint8Array(this.#instance.memory.buffer);
  }

  /** Loads a module. @internal */
  load(name: string): PythonObject {
    return this.#value({ Import: { name } }) as PythonObject;
  }

  /** @internal */
  numberOf(object: PythonObject): number {
    return this.#handles.numberOf(object);
  }

  /** Asks the guest for something; a failure is thrown. @internal */
  request(request: Form): Form {
    const reply = this.#instance.request(request);
    if (typeof reply === "object" && "Failed" in reply) {
      throw raised(reply["Failed"] as Report);
    }
    return reply;
  }

  #call(id: number, name: string | undefined, args: unknown[], named: object, asObject: boolean): unknown {
    const label = name ?? "the object";
    const request = {
      object: id,
      name: name ?? null,
      arguments: args.map((value, at) => this.#form(value, `argument ${at + 1} of \`${label}\``)),
      keywords: this.#form(named, `the arguments of \`${label}\``),
      wanted: wanted(asObject),
    };
    return this.#value({ Call: request });
  }

  #form(value: unknown, what: string): unknown {
    return toGuest(value, this.#handles, what);
  }

  /** What a reply holds. */
  #value(request: Form): unknown {
    const reply = this.request(request) as { Value?: unknown; Object?: { number: number; class: string } };
    return reply.Object ? this.#handles.object(reply.Object.number, reply.Object.class) : fromGuest(reply.Value, this.#handles);
  }

  #answer(ask: Form, host: Host): Form {
    const [[word, content]] = Object.entries(ask) as [[string, unknown]];
    if (word === "Tell") {
      this.events.push(content);
      return "Done";
    }
    if (word === "Compile") {
      // It compiles by itself.
      return { Code: null };
    }
    try {
      switch (word) {
        case "Call": {
          const { module, member, arguments: args } = content as { module: number; member: number; arguments: unknown[] };
          const result = host.call(module, member, args.map((value) => fromGuest(value, this.#handles)));
          return { Value: this.#form(result, "the result") };
        }
        case "Choose": {
          const { question } = content as { question: Parameters<Host["choose"]>[0] };
          return { Choice: host.choose(question, this.#handles) };
        }
        default:
          throw new LoaderError(`the guest asks for ${word}, which this host has no answer to`);
      }
    } catch (error) {
      return { Failed: reportOf(error) };
    }
  }
}

function wanted(asObject: boolean): string {
  return asObject ? "Object" : "Value";
}

function raised({ message, exception }: Report): Error {
  if (!exception) {
    return new LoaderError(message);
  }
  const { kinds: types, message: text, traceback, frames, chain: importChain, exit_code: exitCode } = exception;
  return new PythonError({ types, message: text, traceback, frames, importChain, exitCode }, undefined);
}

/** What a function of the host's threw, as an error that is raised inside. */
function reportOf(error: unknown): object {
  const [raises, message] =
    error instanceof PythonError
      ? [error.type, error.message]
      : ["RuntimeError", error instanceof Error ? `${error.name}: ${error.message}` : String(error)];
  return {
    message,
    name: null,
    line: null,
    exception: null,
    limit: null,
    is_not_found: false,
    is_misfit: false,
    is_poisoned: false,
    raises,
  };
}
