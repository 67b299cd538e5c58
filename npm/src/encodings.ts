// Source text in encodings that the interpreter has no tables of: by a WebAssembly module of its own, as what a `TextDecoder` makes of them
// differs from platform to platform.

interface Exports {
  memory: WebAssembly.Memory;
  room(length: number): number;
  decode(at: number, label: number, length: number): bigint;
}

/** Bytes as text, or the place of the first that are none, and the encoding's own name. */
export interface Decoded {
  encoding: string;
  text: { Ok: string } | { Err: number };
}

const text = new TextDecoder("utf-8", { ignoreBOM: true });

/** Decodes by an encoding's label. Undefined for a label that no encoding has. `wasm/encodings` describes the module. */
export function decodeAs(module: WebAssembly.Module, label: string, bytes: Uint8Array): Decoded | undefined {
  // What it needs of memory goes with the instance.
  const { memory, room, decode } = new WebAssembly.Instance(module).exports as unknown as Exports;
  const named = new TextEncoder().encode(label);
  const at = room(named.length + bytes.length) >>> 0;
  const given = new Uint8Array(memory.buffer, at);
  given.set(named);
  given.set(bytes, named.length);
  const place = decode(at, named.length, bytes.length);
  if (place === 0n) {
    return undefined;
  }
  const answer = new Uint8Array(memory.buffer, Number(place >> 32n) >>> 0, Number(place & 0xffffffffn));
  const end = 1 + (answer[0] as number);
  const encoding = text.decode(answer.subarray(1, end));
  const rest = answer.subarray(end + 1);
  const wrong = () => new DataView(rest.buffer, rest.byteOffset).getUint32(0, true);
  return { encoding, text: answer[end] === 1 ? { Ok: text.decode(rest) } : { Err: wrong() } };
}
