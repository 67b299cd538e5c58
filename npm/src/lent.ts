// Objects of JavaScript's that Python code has, and what it may see of them.

import { PythonError } from "./errors.js";

/** The first number of an object of the host's: `LENT` of `isolate/src/boundary.rs`. */
export const LENT = 2 ** 31;

/** What code in Python never reaches: they lead from any object to the `Function` constructor, and so to everything. */
const HIDDEN = new Set<PropertyKey>(["constructor", "prototype", "__proto__", "caller", "callee", "arguments"]);

type Callable = (...args: unknown[]) => unknown;

/** An object that was lent. */
interface Entry {
  value: unknown;
  /** How many objects of Python's stand for it. */
  count: number;
  /** Where it crossed, in words. */
  what: string;
  /** For a function of a module of the host's: that module, and its name there. */
  origin: Origin | undefined;
}

/** What a function is known by that a snapshot finds again. */
export interface Origin {
  module: string;
  name: string;
}

/** What was lent to one interpreter. */
export class Lent {
  readonly #entries = new Map<number, Entry>();
  readonly #numbers = new Map<unknown, number>();
  #next = LENT;
  /** What the conversion that is under way has lent. */
  #attempted: number[] | undefined;

  /** Lends an object once more, and returns its number. */
  lend(value: unknown, what: string, origin?: Origin): number {
    const known = this.#numbers.get(value);
    const entry = known === undefined ? undefined : this.#entries.get(known);
    if (known !== undefined && entry) {
      entry.count += 1;
      this.#attempted?.push(known);
      return known;
    }
    const number = this.#next++;
    this.put(number, { value, count: 1, what, origin });
    this.#attempted?.push(number);
    return number;
  }

  put(number: number, entry: Entry): void {
    this.#entries.set(number, entry);
    this.#numbers.set(entry.value, number);
    this.#next = Math.max(this.#next, number + 1);
  }

  /** Runs a conversion. If it throws, nothing gets what it has lent, which is let go again. */
  attempt<R>(convert: () => R): R {
    const outer = this.#attempted;
    const lent: number[] = [];
    this.#attempted = lent;
    try {
      return convert();
    } catch (error) {
      lent.forEach((number) => this.letGo(number));
      throw error;
    } finally {
      this.#attempted = outer;
    }
  }

  /** One object of Python's less stands for it. */
  letGo(number: number): void {
    const entry = this.#entries.get(number);
    if (entry && --entry.count <= 0) {
      this.#entries.delete(number);
      this.#numbers.delete(entry.value);
    }
  }

  value(number: number): unknown {
    const entry = this.#entries.get(number);
    if (!entry) {
      throw new PythonError("ReferenceError", "the JavaScript object was let go");
    }
    return entry.value;
  }

  /** What is lent, as it is now. */
  *[Symbol.iterator](): Generator<[number, Entry]> {
    for (const [number, entry] of this.#entries) {
      yield [number, { ...entry }];
    }
  }
}

export function isClass(value: unknown): boolean {
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
export function bound(object: object, value: unknown): unknown {
  return typeof value === "function" && !isClass(value) ? (value as Callable).bind(object) : value;
}

/** A property that Python code may see. */
export function get(target: object, name: string): { value: unknown } | undefined {
  const at = owner(target, name);
  return at && { value: bound(target, Reflect.get(at, name, target)) };
}

/** Sets a property; whether it could be set. */
export function set(target: object, name: string, value: unknown): boolean {
  return !HIDDEN.has(name) && typeof target !== "function" && Reflect.set(target, name, value);
}

export function call(target: unknown, args: unknown[]): unknown {
  if (typeof target !== "function") {
    throw new PythonError("TypeError", `${shown(target)} can't be called`);
  }
  return isClass(target) ? Reflect.construct(target, args) : (target as Callable)(...args);
}

/** The names of the properties that Python code may see. */
export function names(target: object): string[] {
  const found = new Set<string>();
  for (let at: object | null = target; at && (at === target || !isRoot(at)); at = Object.getPrototypeOf(at) as object) {
    Object.getOwnPropertyNames(at).filter((name) => owner(target, name)).forEach((name) => found.add(name));
  }
  return [...found].sort();
}

/** What a value is called where Python shows it. A proxy of the user's may throw at any look. */
export function shown(target: unknown): string {
  try {
    if (typeof target === "function") {
      return `<JavaScript ${isClass(target) ? "class" : "function"} ${target.name || "without a name"}>`;
    }
    const made = (target as object | undefined)?.constructor;
    return `<JavaScript ${typeof made === "function" && made.name ? made.name : "object"}>`;
  } catch {
    return "<JavaScript object>";
  }
}
