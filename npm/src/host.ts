// What the interpreter has of JavaScript: answers to what the guest asks.

import { PythonError } from "./errors.js";
import type { Form, Senses } from "./instance.js";
import { type Answer, Imports, type ImportRequest } from "./imports.js";
import { moduleOf } from "./layers.js";
import { call, get, LENT, Lent, names, set, shown } from "./lent.js";
import type { PluginChange } from "./plugins.js";
import { type TableReader, Tables } from "./tables.js";
import { fromGuest, type Handles, isPlain, toGuest } from "./values.js";

/** What Python code uses of the host. Whatever is absent here is the platform's own. */
export interface HostOptions {
  /** Receives what Python code writes to `sys.stdout`. Without it, the text is discarded. */
  stdout?: (text: string) => void;
  /** Receives what Python code writes to `sys.stderr`. Without it, the text is discarded. */
  stderr?: (text: string) => void;
  /** Clocks in milliseconds: `now` since 1970, `monotonic` since any moment. */
  clock?: { now(): number; monotonic(): number };
  /** Fills an array with random bytes. */
  random?: (bytes: Uint8Array) => void;
  /** Waits, for `time.sleep`. The default blocks the thread, which a page's own thread does not allow. */
  sleep?: (seconds: number) => void;
  /** Receives each import decision and each load, see {@link LogEvent}. */
  log?: (event: LogEvent) => void;
  /**
   * Gives a file of the package that is read when a program first asks for it: `names.txt` for `"\N{BULLET}"` and `unicodedata`,
   * `encodings.wasm` for source text in encodings of several bytes for a character. By default it is read from where it lies, on a page by
   * a request that it waits for; a platform that can't read at once, such as a Worker of Cloudflare's, has to give it.
   */
  tables?: TableReader;
}

/** A module that imported another one, and where. */
export interface Importer {
  module: string;
  file: string;
  line: number;
}

/** What a loader did. Times are in nanoseconds, from the first event on. */
export type LogEvent =
  | {
      event: "decision";
      /** The absolute name that was imported. */
      name: string;
      importer: Importer | null;
      answer: "object" | "load" | "rename" | "pass-through" | "attenuated" | "not-mine" | "denied";
      /** The other name of a rename, the reason of a denial, the module of a fresh load, the names that are shown of a module. */
      detail: string | null;
      /** Which mapper answered, and by which of its rules. */
      rule: string;
      at: number;
      took: number;
      /** The load during which the import ran. */
      load: number | null;
      thread: number;
    }
  | {
      event: "load";
      id: number;
      parent: number | null;
      name: string;
      origin: string | null;
      /** BLAKE3 of the module's file, in hexadecimal. */
      hash: string | null;
      fresh: boolean;
      importer: Importer | null;
      at: number;
      compile: number;
      run: number;
      error: string | null;
      thread: number;
    }
  | {
      event: "plugin";
      plugin: string;
      what: PluginChange["what"];
      generation: number;
      previous: number;
      why: string[];
      error: string | null;
      at: number;
      thread: number;
    };

/** A function that is asked about imports. */
export type Chooser = (request: ImportRequest) => Answer | undefined | void;

/** What the loader does for its host. */
export interface Loading extends Handles {
  /** The number of a Python object's exception, if it was one of this loader's. */
  exceptionOf(error: PythonError): number | undefined;
  /** The number of the mapper that imports are. */
  mapper(imports: Imports): number | null;
}

/** What the guest asks about an import: `Question` of the library. */
type Question = Omit<ImportRequest, "isProbe"> & { is_probe: boolean };

/** What a snapshot of Rust's calls its host by. */
export interface Given {
  /** The functions of modules, by the number of the module. */
  functions: ReadonlyMap<number, readonly unknown[]>;
  /** The function that is asked about imports, by the number of its layer. */
  choosers: ReadonlyMap<number, Chooser>;
}

/** So many random bytes the platform gives at once. */
const AT_ONCE = 65536;

export class Host implements Senses {
  readonly #options: HostOptions;
  readonly #given: Given;
  readonly #lent: Lent;
  readonly #loading: Loading;
  readonly #tables: Tables | undefined;

  constructor(options: HostOptions, lent: Lent, given: Given, loading: Loading) {
    this.#options = options;
    this.#tables = options.tables && Tables.of(options.tables);
    this.#lent = lent;
    this.#given = given;
    this.#loading = loading;
  }

  random(bytes: Uint8Array): void {
    if (this.#options.random) {
      return this.#options.random(bytes);
    }
    for (let at = 0; at < bytes.length; at += AT_ONCE) {
      crypto.getRandomValues(bytes.subarray(at, at + AT_ONCE));
    }
  }

  now(): number {
    return this.#options.clock?.now() ?? Date.now();
  }

  monotonic(): number {
    return this.#options.clock?.monotonic() ?? performance.now();
  }

  print(toStderr: boolean, text: string): Form | undefined {
    try {
      (toStderr ? this.#options.stderr : this.#options.stdout)?.(text);
      return undefined;
    } catch (error) {
      return this.#thrown(error);
    }
  }

  answer(ask: Form): Form {
    try {
      const [[word, content]] = Object.entries(ask) as [[string, never]];
      return this.#lent.attempt(() => this.#answer(word, content));
    } catch (error) {
      return this.#thrown(error);
    }
  }

  #answer(word: string, content: never): Form {
    switch (word) {
      case "Use": {
        const { object, act } = content as { object: number; act: Form };
        return this.#act(this.#lent.value(object), act);
      }
      case "LetGo":
        this.#lent.letGo(content);
        return "Done";
      case "Choose": {
        const { number, question } = content as { number: number; question: Question };
        const { is_probe: isProbe, ...rest } = question;
        const chooser = number < LENT ? this.#given.choosers.get(number) : (this.#lent.value(number) as Chooser);
        const answer = chooser?.({ ...rest, isProbe });
        return { Choice: this.#choice(answer ?? { kind: "not-mine" }, question.name) };
      }
      case "Call": {
        const { module, member, arguments: args } = content as { module: number; member: number; arguments: unknown[] };
        const called = this.#given.functions.get(module)?.[member];
        return { Value: this.#form(call(called, args.map((value) => this.#value(value))), "the result") };
      }
      case "Tell":
        this.#tell(content);
        return "Done";
      case "Sleep":
        (this.#options.sleep ?? blockingSleep)(content);
        return "Done";
      case "CharacterNamed":
        return found(this.#tables?.names?.named(content));
      case "NameOf":
        // CBOR's reader takes this one, where a text begins with it, for a mark of the text's encoding.
        return found(this.#tables?.names?.of(content || "\ufeff"));
      case "Compile":
        // It compiles by itself.
        return { Code: null };
      case "Decode": {
        const { label, bytes } = content as { label: string; bytes: Uint8Array };
        const decoded = this.#tables?.decode(label, bytes);
        return decoded ? { Decoded: decoded } : "Nothing";
      }
      default:
        return { Found: "Nothing" };
    }
  }

  /** What an object of JavaScript's does for Python code. */
  #act(target: unknown, act: Form): Form {
    if (act === "Names") {
      return { Value: names(target as object) };
    }
    if (act === "Show") {
      return { Value: shown(target) };
    }
    const [[word, content]] = Object.entries(act) as [[string, never]];
    switch (word) {
      case "Get": {
        const found = get(target as object, content);
        return found ? { Value: this.#form(found.value, `\`${content}\``) } : "Nothing";
      }
      case "Set": {
        const [name, value] = content as [string, unknown];
        return set(target as object, name, this.#value(value)) ? "Done" : "Nothing";
      }
      default: {
        const { arguments: args, keywords } = content as { arguments: unknown[]; keywords: [string, unknown][] };
        const given = args.map((value) => this.#value(value));
        // Arguments by name become one last argument, an object.
        const named = keywords.map(([name, value]) => [name, this.#value(value)] as const);
        return { Value: this.#form(call(target, named.length > 0 ? [...given, Object.fromEntries(named)] : given), "the result") };
      }
    }
  }

  #choice(answer: Answer, name: string): Form {
    const text = (text: unknown, what: string): string => {
      if (typeof text !== "string") {
        throw new PythonError("TypeError", `the mapper's answer for \`${name}\` needs a \`${what}\`, a string`);
      }
      return text;
    };
    switch (answer.kind) {
      case "not-mine":
        return "NotMine";
      case "pass-through":
        return "PassThrough";
      case "denied":
        return { Denied: text(answer.reason, "reason") };
      case "rename":
        return { Rename: text(answer.name, "name") };
      case "load":
        return { Load: { name: text(answer.name, "name"), imports: answer.imports ? this.#loading.mapper(answer.imports) : null } };
      case "attenuated":
        return { Attenuated: { of: this.#choice(answer.of, name), only: answer.only } };
      case "object":
        return isPlain(answer.value)
          ? { Module: moduleOf(name, answer.value, this.#loading, this.#lent) }
          : { Value: this.#form(answer.value, `\`${name}\``) };
      default:
        throw new PythonError("TypeError", `the mapper's answer for \`${name}\` is none: its \`kind\` is not one of those that there are`);
    }
  }

  #tell(event: LogEvent): void {
    try {
      this.#options.log?.(event);
    } catch (error) {
      // An import must not fail because it can't be reported.
      queueMicrotask(() => {
        throw error;
      });
    }
  }

  #form(value: unknown, what: string): unknown {
    return toGuest(value, this.#loading, what);
  }

  #value(form: unknown): unknown {
    return fromGuest(form, this.#loading, "the argument");
  }

  /** What was thrown, as the guest raises it. What was an exception once is that again; an error with a Python type is one of that type. */
  #thrown(error: unknown): Form {
    if (error instanceof PythonError) {
      const object = this.#loading.exceptionOf(error);
      return object === undefined
        ? { Failed: raising(error.type, error.message) }
        : { Thrown: { object, message: error.message } };
    }
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return this.#lent.attempt(() => ({ Thrown: { object: this.#lent.lend(error, "an error that was thrown"), message } }));
  }
}

/** What a table has. */
function found(text: string | undefined): Form {
  return text === undefined ? "Nothing" : { Value: text };
}

/** Waits without doing anything else; where that isn't allowed, it throws. */
function blockingSleep(seconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, seconds * 1000);
}

/** An error that is to be raised: `Report` of the library. */
function raising(type: string, message: string): object {
  const none = { name: null, line: null, exception: null, limit: null };
  return { message, raises: type, ...none, is_not_found: false, is_misfit: false, is_poisoned: false };
}
