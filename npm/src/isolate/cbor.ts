// CBOR (RFC 8949), as the guest reads and writes it: integers of any length, and texts as keys.

import { decode as decodeWith, encode as encodeWith } from "cborg";
import { bigIntDecoder, bigIntEncoder, bigNegIntDecoder } from "cborg/taglib";

export function encode(value: unknown): Uint8Array {
  return encodeWith(value, { typeEncoders: { bigint: bigIntEncoder } });
}

export function decode(bytes: Uint8Array): unknown {
  return decodeWith(bytes, { tags: { 2: bigIntDecoder, 3: bigNegIntDecoder } as never });
}
