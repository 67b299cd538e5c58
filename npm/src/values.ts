// Values crossing between JavaScript and Python, in the form of `exocet::values::Value`. Plain data is copied; what isn't stays where it
// is, and the other side gets a handle on it.

import { PythonError } from "./errors.js";
import { bound } from "./lent.js";
import { PythonObject } from "./object.js";

/** How one side's objects are named to the other. */
export interface Handles {
  /** The number of a Python object; `undefined` for one of another loader, or one that was let go. */
  numberOf(object: PythonObject): number | undefined;
  /** A number for an object of JavaScript's; `what` says where it crosses. */
  lend(value: unknown, what: string): number;
  /** The object of either side for a number. */
  object(number: number, type: string, callable: boolean): unknown;
}

const DEPTH = 128;

/** The form of a value; `what` names it in an error. What throws when it is looked at throws here. */
export function toGuest(value: unknown, handles: Handles, what: string, depth = 0): unknown {
  switch (typeof value) {
    case "boolean":
    case "number":
      return value;
    case "string":
      return /\p{Surrogate}/u.test(value) ? { wide: units(value) } : value;
    case "bigint":
      return value.toString(16).length > 32 ? { digits: value.toString(16) } : value;
    case "symbol":
      throw new PythonError("TypeError", `${what} holds a symbol, which Python has no form for`);
  }
  if (value === null || value === undefined) {
    return null;
  }
  if (depth === DEPTH) {
    throw new PythonError("ValueError", `${what} is nested deeper than ${DEPTH}`);
  }
  const inner = (item: unknown) => toGuest(item, handles, what, depth + 1);
  switch (kindOf(value)) {
    case "handle": {
      const number = handles.numberOf(value as PythonObject);
      if (number === undefined) {
        throw new PythonError("TypeError", `${what} holds a Python object of another loader, or one that was let go`);
      }
      return { object: [number, "", false] };
    }
    case "array":
      return [...(value as unknown[])].map(inner);
    case "bytes":
      return value instanceof ArrayBuffer ? new Uint8Array(value) : value;
    case "set":
      return { set: [...(value as Set<unknown>)].map(inner) };
    case "map":
      return { dict: [...(value as Map<unknown, unknown>)].map(([key, item]) => [inner(key), inner(item)]) };
    case "plain":
      return { dict: Object.entries(value).map(([key, item]) => [inner(key), inner(bound(value, item))]) };
    case "object":
      return { object: [handles.lend(value, what), "", false] };
  }
}

/** The units of UTF-16 of a text. */
function units(text: string): number[] {
  return Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
}

/** What a value is that has no simpler form. A proxy of the user's may throw at any look, and is an object. */
export function kindOf(value: object): "handle" | "array" | "bytes" | "set" | "map" | "plain" | "object" {
  try {
    if (value instanceof PythonObject) {
      return "handle";
    }
    if (typeof value === "function") {
      return "object";
    }
    if (Array.isArray(value)) {
      return "array";
    }
    if (value instanceof Uint8Array || value instanceof ArrayBuffer) {
      return "bytes";
    }
    if (value instanceof Set) {
      return "set";
    }
    if (value instanceof Map) {
      return "map";
    }
    const prototype = Object.getPrototypeOf(value) as object | null;
    return prototype === null || Object.getPrototypeOf(prototype) === null ? "plain" : "object";
  } catch {
    return "object";
  }
}

/** Whether it is an object that was written down, and no instance of a class. */
export function isPlain(value: unknown): value is object {
  return typeof value === "object" && value !== null && kindOf(value) === "plain";
}

/** What a Python object is that could not be copied to its end. */
const CONTAINERS = new Set(["list", "tuple", "dict", "set", "frozenset"]);

/** The value of a form; `what` names it in an error. */
export function fromGuest(form: unknown, handles: Handles, what: string, depth = 0): unknown {
  if (typeof form !== "object" || form === null) {
    return form;
  }
  const inner = (item: unknown) => fromGuest(item, handles, what, depth + 1);
  if (Array.isArray(form)) {
    return form.map(inner);
  }
  if (form instanceof Uint8Array) {
    // The decoder's is a part of the message.
    return Uint8Array.from(form);
  }
  const [[word, content]] = Object.entries(form) as [[string, unknown[]]];
  switch (word) {
    case "tuple":
      return content.map(inner);
    case "set":
      return new Set(content.map(inner));
    case "object": {
      const [number, type, callable] = content as [number, string, boolean];
      if (depth >= DEPTH && CONTAINERS.has(type)) {
        throw new PythonError("ValueError", `${what} is nested deeper than ${DEPTH}`);
      }
      return handles.object(number, type, callable);
    }
    case "digits": {
      const digits = content as unknown as string;
      return digits.startsWith("-") ? -BigInt(`0x${digits.slice(1)}`) : BigInt(`0x${digits}`);
    }
    case "wide":
      return (content as number[]).map((unit) => String.fromCharCode(unit)).join("");
    default: {
      const entries = (content as [unknown, unknown][]).map(([key, item]): [unknown, unknown] => [inner(key), inner(item)]);
      return entries.every(([key]) => typeof key === "string") ? Object.fromEntries(entries) : new Map(entries);
    }
  }
}
