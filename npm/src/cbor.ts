// CBOR (RFC 8949), as the guest reads and writes it: integers of any length, and texts as keys.

import { decode as decodeWith, encode as encodeWith, Token, Tokenizer, Type } from "cborg";
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
  // No text without this byte begins with a byte order mark.
  return decodeWith(bytes, bytes.includes(0xef) ? { tags, tokenizer: new WithMarks(bytes) } : { tags });
}

/** Reads texts with the byte order mark that they begin with, which whatever decodes them takes away. */
class WithMarks extends Tokenizer {
  constructor(bytes: Uint8Array) {
    super(bytes, { allowIndefinite: true, allowUndefined: true, allowBigInt: true, retainStringBytes: true });
  }

  override next(): Token {
    const token = super.next();
    const [first, second, third] = token.byteValue ?? [];
    if (first === 0xef && second === 0xbb && third === 0xbf) {
      token.value = `\ufeff${token.value as string}`;
    }
    return token;
  }
}
