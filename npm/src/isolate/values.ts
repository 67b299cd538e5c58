// Values crossing between JavaScript and a guest, in the form of `exocet::values::Value`.

import { PythonObject } from "../object.js";

/** How one side's objects are named to the other. */
export interface Handles {
  /** The number of an object; an error for one of another isolate. */
  numberOf(object: PythonObject): number;
  object(number: number, type: string): PythonObject;
}

const DEPTH = 128;

/** The form of a value; `what` names it in an error. */
export function toGuest(value: unknown, handles: Handles, what: string, depth = 0): unknown {
  switch (typeof value) {
    case "undefined":
      return null;
    case "boolean":
    case "string":
    case "bigint":
    case "number":
      return value;
    case "symbol":
    case "function":
      throw new TypeError(`${what} holds a ${typeof value}, which can't cross to an isolate`);
  }
  if (value === null) {
    return null;
  }
  if (depth === DEPTH) {
    throw new RangeError(`${what} is nested deeper than ${DEPTH}`);
  }
  const inner = (item: unknown) => toGuest(item, handles, what, depth + 1);
  if (value instanceof PythonObject) {
    return { object: [handles.numberOf(value), ""] };
  }
  if (Array.isArray(value)) {
    return value.map(inner);
  }
  if (value instanceof Uint8Array) {
    return value;
  }
  if (value instanceof ArrayBuffer) {
    return new Uint8Array(value);
  }
  if (value instanceof Set) {
    return { set: [...value].map(inner) };
  }
  if (value instanceof Map) {
    return { dict: [...value].map(([key, item]) => [inner(key), inner(item)]) };
  }
  if (!isPlain(value)) {
    throw new TypeError(`${what} holds an instance of a class, which can't cross to an isolate`);
  }
  return { dict: Object.entries(value as object).map(([key, item]) => [key, inner(item)]) };
}

/** Whether it is an object that was written down, and no instance of a class. */
export function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof PythonObject) {
    return false;
  }
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** The value of a form. */
export function fromGuest(form: unknown, handles: Handles): unknown {
  if (typeof form !== "object" || form === null) {
    return form;
  }
  const inner = (item: unknown) => fromGuest(item, handles);
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
    case "object":
      return handles.object(content[0] as number, content[1] as string);
    default: {
      const entries = (content as [unknown, unknown][]).map(([key, item]): [unknown, unknown] => [inner(key), inner(item)]);
      return entries.every(([key]) => typeof key === "string") ? Object.fromEntries(entries) : new Map(entries);
    }
  }
}
