// What the interpreter has of JavaScript. The other side is `wasm/src/host.rs`.

import { PythonError, type Raised } from "./errors.js";
import { PythonObject, type Calls, idOf, makeObject } from "./object.js";

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
    };

/** How something ended that the host did for Python code. */
type Outcome = { found: boolean; value?: unknown } | { thrown: [unknown, string | undefined, string, number | undefined] };

const Kind = { object: 0, array: 1, plain: 2, map: 3, set: 4, bytes: 5, handle: 6, none: 7 } as const;

const NOTHING: Outcome = { found: false };

/** What code in Python never reaches: they lead from any object to the `Function` constructor, and so to everything. */
const HIDDEN = new Set<PropertyKey>(["constructor", "prototype", "__proto__", "caller", "callee", "arguments"]);

type Callable = (...args: unknown[]) => unknown;

function isClass(value: unknown): boolean {
  return typeof value === "function" && /^class\b/.test(Function.prototype.toString.call(value));
}

/** Whether it is the prototype of all objects or of all functions, of this realm or another. */
function isRoot(prototype: object): boolean {
  const above = Object.getPrototypeOf(prototype) as object | null;
  return above === null || (typeof prototype === "function" && Object.getPrototypeOf(above) === null);
}

/** The object on which the property stands that Python code may see. */
function owner(target: object, name: PropertyKey): object | undefined {
  if (HIDDEN.has(name)) {
    return undefined;
  }
  for (let at: object | null = target; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    if (at !== target && isRoot(at)) {
      return undefined;
    }
    // The name and length of a function are its own business.
    if (Object.hasOwn(at, name) && !(typeof at === "function" && (name === "name" || name === "length"))) {
      return at;
    }
  }
  return undefined;
}

/** The function that knows `object` as `this`; a class is the same for everybody. */
function bound(object: object, value: unknown): unknown {
  return typeof value === "function" && !isClass(value) ? (value as Callable).bind(object) : value;
}

/** What `look` gives; a proxy of the user's may throw at any look, and is taken for `otherwise`. */
function quietly<R>(look: () => R, otherwise: R): R {
  try {
    return look();
  } catch {
    return otherwise;
  }
}

/** What a value is that has no simpler form, as `wasm/src/value.rs` counts it. */
function kindOf(value: unknown): number {
  if (typeof value === "symbol") {
    return Kind.none;
  }
  if (value instanceof PythonObject) {
    return Kind.handle;
  }
  if (typeof value === "function") {
    return Kind.object;
  }
  if (Array.isArray(value)) {
    return Kind.array;
  }
  if (value instanceof Map) {
    return Kind.map;
  }
  if (value instanceof Set) {
    return Kind.set;
  }
  if (value instanceof Uint8Array || value instanceof ArrayBuffer) {
    return Kind.bytes;
  }
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || Object.getPrototypeOf(prototype) === null ? Kind.plain : Kind.object;
}

/** The names of the properties that Python code may see. */
function namesOf(target: object): string[] {
  const names = new Set<string>();
  for (let at: object | null = target; at && (at === target || !isRoot(at)); at = Object.getPrototypeOf(at) as object) {
    Object.getOwnPropertyNames(at).filter((name) => owner(target, name)).forEach((name) => names.add(name));
  }
  return [...names].sort();
}

/** What a value is called where Python shows it. */
function shown(target: unknown): string {
  if (typeof target === "function") {
    return `<JavaScript ${isClass(target) ? "class" : "function"} ${target.name || "without a name"}>`;
  }
  const made = (target as object | undefined)?.constructor;
  return `<JavaScript ${typeof made === "function" && made.name ? made.name : "object"}>`;
}

/** Waits without doing anything else; where that isn't allowed, it throws. */
function blockingSleep(seconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, seconds * 1000);
}

export class Host {
  readonly #options: HostOptions;
  readonly #identities = new WeakMap<object, number>();
  #count = 0;
  /** What the interpreter said when it gave up. */
  panic: string | undefined;
  /** Whether the interpreter has started; what it does before is its own business. */
  ready = false;
  /** Whether it gave up: whatever is still on the stack must not go on. */
  broken: Error | undefined;

  constructor(
    options: HostOptions,
    readonly calls: Calls,
  ) {
    this.#options = options;
  }

  panicked(message: string): void {
    this.panic = message;
  }

  print(toStderr: boolean, text: string): Outcome {
    return this.#attempt(() => (toStderr ? this.#options.stderr : this.#options.stdout)?.(text));
  }

  now(): number {
    return this.#options.clock?.now() ?? Date.now();
  }

  monotonic(): number {
    return this.#options.clock?.monotonic() ?? performance.now();
  }

  sleep(seconds: number): Outcome {
    return this.#attempt(() => (this.#options.sleep ?? blockingSleep)(seconds));
  }

  event(event: LogEvent): void {
    if (!this.ready) {
      return;
    }
    try {
      this.#options.log?.(event);
    } catch (error) {
      // An import must not fail because it can't be reported.
      queueMicrotask(() => {
        throw error;
      });
    }
  }

  kind(value: unknown): number {
    return quietly(() => kindOf(value), Kind.object);
  }

  idOf(object: PythonObject): number {
    return idOf(object, this.calls) ?? -1;
  }

  handle(id: number, type: string, callable: boolean): PythonObject {
    return makeObject(this.calls, id, type, callable);
  }

  error(fields: Raised & { id: number }): PythonError {
    return new PythonError(fields, makeObject(this.calls, fields.id, fields.types[0] ?? "", false));
  }

  entries(object: unknown): Outcome {
    return this.#attempt(() =>
      typeof object === "object" && object !== null ? Object.entries(object).map(([key, value]) => [key, bound(object, value)]) : [],
    );
  }

  items(object: Iterable<unknown>): Outcome {
    return this.#attempt(() => [...object]);
  }

  get(target: object, name: string): Outcome {
    return this.#attempt(() => {
      const at = owner(target, name);
      return at && { value: bound(target, Reflect.get(at, name, target)) };
    }, true);
  }

  set(target: object, name: string, value: unknown): Outcome {
    return this.#attempt(() => {
      const frozen = HIDDEN.has(name) || typeof target === "function";
      return !frozen && Reflect.set(target, name, value) ? { value: undefined } : undefined;
    }, true);
  }

  call(target: Callable, args: unknown[]): Outcome {
    return this.#attempt(() => {
      if (typeof target !== "function") {
        throw new PythonError("TypeError", `${this.show(target)} can't be called`);
      }
      return isClass(target) ? Reflect.construct(target, args) : target(...args);
    });
  }

  names(target: object): string[] {
    return quietly(() => namesOf(target), []);
  }

  show(target: unknown): string {
    return quietly(() => shown(target), "<JavaScript object>");
  }

  identity(target: object): number {
    let identity = this.#identities.get(target);
    if (identity === undefined) {
      identity = ++this.#count;
      this.#identities.set(target, identity);
    }
    return identity;
  }

  /** Runs code that isn't ours. With `found`, it returns `{ value }`, or nothing if there is none. */
  #attempt(run: () => unknown, found = false): Outcome {
    try {
      const value = run();
      if (this.broken) {
        throw this.broken;
      }
      if (!found) {
        return { found: true, value };
      }
      return value ? { found: true, value: (value as { value: unknown }).value } : NOTHING;
    } catch (error) {
      if (this.broken) {
        // The interpreter gave up further in: the frames of it that are left must go, too.
        throw this.broken;
      }
      if (error instanceof PythonError) {
        const object = error.object;
        const id = object && idOf(object, this.calls);
        return { thrown: [error, id === undefined ? error.type : undefined, error.message, id] };
      }
      const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      return { thrown: [error, undefined, text, undefined] };
    }
  }
}
