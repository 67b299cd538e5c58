// Source text in encodings that the interpreter has no tables of, by the platform's.

/** Bytes as text, or the place of the first that are none, and the encoding's own name. Undefined for a label that no encoding has. */
export function decodeAs(label: string, bytes: Uint8Array): { encoding: string; text: { Ok: string } | { Err: number } } | undefined {
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(label, { fatal: true, ignoreBOM: true });
  } catch {
    return undefined;
  }
  const { encoding } = decoder;
  try {
    return { encoding, text: { Ok: decoder.decode(bytes) } };
  } catch {
    return { encoding, text: { Err: placeOf(new TextDecoder(label, { fatal: true, ignoreBOM: true }), bytes) } };
  }
}

/** Where the first bytes begin that have no text: they are found by giving one after the other. */
function placeOf(decoder: TextDecoder, bytes: Uint8Array): number {
  let begun = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    try {
      if (decoder.decode(bytes.subarray(at, at + 1), { stream: true }) !== "") {
        begun = at + 1;
      }
    } catch {
      break;
    }
  }
  // Text that ends in the middle of a character has what it lacks at its end.
  return Math.min(begun, bytes.length - 1);
}
