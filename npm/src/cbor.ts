// CBOR (RFC 8949), as the guest reads and writes it: integers of any length, and texts as keys.

import { decode as decodeWith, encode as encodeWith, Token, Type } from "cborg";
import { bigIntDecoder, bigIntEncoder, bigNegIntDecoder } from "cborg/taglib";

const typeEncoders = {
  bigint: bigIntEncoder,
  // The negative zero has no integer.
  number: (value: number) => (Object.is(value, -0) ? [new Token(Type.float, value)] : null),
};

const tags = { 2: bigIntDecoder, 3: bigNegIntDecoder } as never;

export function encode(value: unknown): Uint8Array {
  return encodeWith(value, { typeEncoders });
}

export function decode(bytes: Uint8Array): unknown {
  return decodeWith(bytes, { tags });
}
