// Values crossing between a page and its worker: plain data is cloned, and what can't be becomes a mark that the other side knows.

import type { Failure } from "./messages.js";

/** What a value becomes that can't be cloned. */
export type Mark =
  | { $: "object"; id: number; type: string }
  | { $: "function"; id: number }
  | { $: "imports"; id: number; base?: unknown; last?: unknown }
  | { $: "setup"; name: string }
  /** An error among values, and none that ends a call. */
  | { $: "error"; failure: Failure }
  /** An object that has a key `$` of its own. */
  | { $: "plain"; entries: [string, unknown][] };

/** How one side makes marks of values, and values of marks. */
export interface Side {
  /** The mark for what is no plain data; `undefined` for what is. */
  mark(value: object): Mark | undefined;
  value(mark: Mark): unknown;
}

const DEPTH = 128;

/** The value with marks in it. */
export function pack(value: unknown, side: Side, depth = 0): unknown {
  if (typeof value === "symbol") {
    throw new TypeError("a symbol can't cross to a worker");
  }
  if ((typeof value !== "object" && typeof value !== "function") || value === null) {
    return value;
  }
  if (depth === DEPTH) {
    throw new RangeError(`a value that crosses to a worker is nested deeper than ${DEPTH}`);
  }
  const mark = side.mark(value);
  if (mark) {
    return mark;
  }
  const inner = (item: unknown) => pack(item, side, depth + 1);
  if (Array.isArray(value)) {
    return value.map(inner);
  }
  if (value instanceof Map) {
    return new Map([...value].map(([key, item]) => [inner(key), inner(item)]));
  }
  if (value instanceof Set) {
    return new Set([...value].map(inner));
  }
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    return value;
  }
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (typeof value === "function" || (prototype !== null && Object.getPrototypeOf(prototype) !== null)) {
    throw new TypeError("a class, or an instance of one, can't cross to a worker: hand over functions and plain data, or use `setup`");
  }
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => [key, inner(item)]);
  return Object.hasOwn(value, "$") ? { $: "plain", entries } : Object.fromEntries(entries);
}

/** The value that was packed. */
export function unpack(value: unknown, side: Side): unknown {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    return value;
  }
  const inner = (item: unknown) => unpack(item, side);
  if (Array.isArray(value)) {
    return value.map(inner);
  }
  if (value instanceof Map) {
    return new Map([...value].map(([key, item]) => [inner(key), inner(item)]));
  }
  if (value instanceof Set) {
    return new Set([...value].map(inner));
  }
  if (!Object.hasOwn(value, "$")) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inner(item)]));
  }
  const mark = value as Mark;
  return mark.$ === "plain" ? Object.fromEntries(mark.entries.map(([key, item]) => [key, inner(item)])) : side.value(mark);
}
