// CBOR (RFC 8949), as the guest reads and writes it.

import { Encoder } from "cbor-x";

const cbor = new Encoder({ useRecords: false, mapsAsObjects: true, tagUint8Array: false });

/** Integers from here on the encoder would write as floats. */
const LONG = 2 ** 32;

export function encode(value: unknown): Uint8Array {
  return cbor.encode(value);
}

export function decode(bytes: Uint8Array): unknown {
  return cbor.decode(bytes);
}

/** A number that is written as what it is. */
export function exact(number: number): number | bigint {
  return Number.isSafeInteger(number) && Math.abs(number) >= LONG ? BigInt(number) : number;
}

/** Data with all its numbers so. */
export function exactly(data: unknown): unknown {
  if (typeof data === "number") {
    return exact(data);
  }
  if (Array.isArray(data)) {
    return data.map(exactly);
  }
  if (typeof data !== "object" || data === null || data instanceof Uint8Array) {
    return data;
  }
  return Object.fromEntries(Object.entries(data).map(([key, item]) => [key, exactly(item)]));
}
