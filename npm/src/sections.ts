// The sections of a WebAssembly module: the guest's data apart from its code, since an interpreter gets its whole memory from an image.

import { LoaderError } from "./errors.js";
import type { Content } from "./instance.js";

const [CUSTOM, IMPORT, MEMORY, EXPORT, START, DATA, DATA_COUNT] = [0, 2, 5, 7, 8, 11, 12];
const [HEADER, PAGE] = [8, 65536];
const I32_CONST = 0x41;
const END = 0x0b;

/** Reads the binary form; what doesn't fit is an error. */
class Reader {
  at: number;

  constructor(
    readonly bytes: Uint8Array,
    at = 0,
  ) {
    this.at = at;
  }

  byte(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined) {
      throw new LoaderError("the WebAssembly ends too early");
    }
    this.at += 1;
    return byte;
  }

  /** A number of up to 32 bits, in LEB128. */
  number(): number {
    let [value, shift, byte] = [0, 0, 0];
    do {
      byte = this.byte();
      value |= (byte & 0x7f) << shift;
      shift += 7;
    } while (byte & 0x80 && shift < 35);
    return value >>> 0;
  }

  slice(length: number): Uint8Array {
    if (length > this.bytes.length - this.at) {
      throw new LoaderError("the WebAssembly ends too early");
    }
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
}

interface Section {
  id: number;
  /** The section with its head. */
  whole: Uint8Array;
  content: Uint8Array;
}

function* sections(wasm: Uint8Array): Generator<Section> {
  const reader = new Reader(wasm, HEADER);
  while (reader.at < wasm.length) {
    const start = reader.at;
    const id = reader.byte();
    const content = reader.slice(reader.number());
    yield { id, whole: wasm.subarray(start, reader.at), content };
  }
}

/** The module without what changes nothing of what it does, piece by piece. */
export function* stripped(wasm: Uint8Array): Generator<Uint8Array> {
  yield wasm.subarray(0, HEADER);
  for (const { id, whole } of sections(wasm)) {
    if (id !== CUSTOM) {
      yield whole;
    }
  }
}

/** The code of a module whose memory is its host's, and that memory as it begins. */
export function split(wasm: Uint8Array): { code: Uint8Array<ArrayBuffer>; memory: Content } {
  const parts = [wasm.subarray(0, HEADER)];
  let [pages, data]: [number | undefined, Uint8Array | undefined] = [undefined, undefined];
  for (const { id, whole, content } of sections(wasm)) {
    if (id === IMPORT) {
      pages = importedPages(content);
    }
    if (id === DATA) {
      data = content;
    } else if (id !== CUSTOM && id !== START && id !== DATA_COUNT) {
      // What begins the program empties memory that is empty.
      parts.push(whole);
    }
  }
  return { code: joined(parts), memory: filled(pages, data) };
}

/** What a module is that is nothing but a memory. */
export function memoryOf(wasm: Uint8Array): Content {
  let [pages, data]: [number | undefined, Uint8Array | undefined] = [undefined, undefined];
  for (const { id, content } of sections(wasm)) {
    if (id === MEMORY) {
      const reader = new Reader(content);
      reader.number();
      pages = limits(reader);
    } else if (id === DATA) {
      data = content;
    }
  }
  return filled(pages, data);
}

/** The smallest size of the memory among the imports. */
function importedPages(content: Uint8Array): number | undefined {
  const reader = new Reader(content);
  for (let left = reader.number(); left > 0; left -= 1) {
    reader.slice(reader.number());
    reader.slice(reader.number());
    switch (reader.byte()) {
      case 0:
        reader.number();
        break;
      case 2:
        return limits(reader);
      default:
        throw new LoaderError("the guest imports what no host gives");
    }
  }
  return undefined;
}

function limits(reader: Reader): number {
  const flags = reader.byte();
  const smallest = reader.number();
  if (flags & 1) {
    reader.number();
  }
  return smallest;
}

/** A memory of so many pages, with the active segments of a data section. */
function filled(pages: number | undefined, data: Uint8Array | undefined): Content {
  if (pages === undefined || pages > PAGE) {
    throw new LoaderError("the WebAssembly has no memory that can be used");
  }
  const parts: [number, Uint8Array][] = [];
  const reader = new Reader(data ?? new Uint8Array(1));
  for (let left = reader.number(); left > 0; left -= 1) {
    if (reader.number() !== 0 || reader.byte() !== I32_CONST) {
      throw new LoaderError("the WebAssembly has data that lies anywhere");
    }
    const start = reader.number();
    if (reader.byte() !== END) {
      throw new LoaderError("the WebAssembly has data that lies anywhere");
    }
    const bytes = reader.slice(reader.number());
    if (start + bytes.length > pages * PAGE) {
      throw new LoaderError("the WebAssembly has data outside of its memory");
    }
    parts.push([start, bytes]);
  }
  return { size: pages * PAGE, parts };
}

/** A module up to its last section, if that is a custom section of this name, and what is in that; neither is copied. */
export function apart(wasm: Uint8Array<ArrayBuffer>, name: string): { code: Uint8Array<ArrayBuffer>; content: Uint8Array | undefined } {
  for (const { id, whole, content } of sections(wasm)) {
    if (id === CUSTOM) {
      const reader = new Reader(content);
      if (new TextDecoder().decode(reader.slice(reader.number())) === name) {
        return { code: wasm.subarray(0, whole.byteOffset - wasm.byteOffset), content: content.subarray(reader.at) };
      }
    }
  }
  return { code: wasm, content: undefined };
}

/** A module with one more section, which engines don't look at. */
export function withCustomSection(wasm: Uint8Array, name: string, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const label = new TextEncoder().encode(name);
  return joined([wasm, ...section(CUSTOM, [leb(label.length), label, content])]);
}

/** The size of the host's pages: what of a memory is empty isn't in its module. */
const HOST_PAGE = 4096;

/** See `isolate/src/memory_module.rs`: gaps that are written, and how sparse a module may be. */
const [GAP, SPARSE, SMALL] = [64 << 10, 4, 1 << 20];

/** A module that is a memory with this content, and how many bytes of it aren't empty. */
export function memoryModule(memory: Uint8Array): { wasm: Uint8Array; content: number } {
  const content = runs(memory, 0).reduce((length, run) => length + run.length, 0);
  let found: Uint8Array[];
  let gap = GAP;
  do {
    found = runs(memory, gap);
    gap *= 2;
  } while (span(found) > found.reduce((length, run) => length + run.length, 0) * SPARSE + SMALL);
  const data: Uint8Array[] = [leb(found.length)];
  for (const run of found) {
    const start = run.byteOffset - memory.byteOffset;
    data.push(Uint8Array.of(0, I32_CONST), signedLeb(start), Uint8Array.of(END), leb(run.length), run);
  }
  const name = new TextEncoder().encode("memory");
  const pages = leb(memory.length / PAGE);
  const parts = [
    Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0),
    ...section(MEMORY, [Uint8Array.of(1, 0), pages]),
    ...section(EXPORT, [Uint8Array.of(1, name.length), name, Uint8Array.of(2, 0)]),
    ...section(DATA, data),
  ];
  return { wasm: joined(parts), content };
}

/** What isn't empty, by whole pages, with gaps that are at least so large. */
function runs(memory: Uint8Array, gap: number): Uint8Array[] {
  const words = new BigUint64Array(memory.buffer, memory.byteOffset, memory.length / 8);
  const found: [number, number][] = [];
  for (let start = 0; start < memory.length; start += HOST_PAGE) {
    const end = start + HOST_PAGE;
    if (words.subarray(start / 8, end / 8).every((word) => word === 0n)) {
      continue;
    }
    const last = found.at(-1);
    if (last && start - last[1] < Math.max(gap, 1)) {
      last[1] = end;
    } else {
      found.push([start, end]);
    }
  }
  return found.map(([start, end]) => memory.subarray(start, end));
}

function span(found: Uint8Array[]): number {
  const [first, last] = [found[0], found.at(-1)];
  return first && last ? last.byteOffset + last.length - first.byteOffset : 0;
}

function section(id: number, parts: Uint8Array[]): Uint8Array[] {
  const length = parts.reduce((length, part) => length + part.length, 0);
  return [Uint8Array.of(id), leb(length), ...parts];
}

function leb(value: number): Uint8Array {
  const bytes = [];
  do {
    bytes.push((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
    value >>>= 7;
  } while (value > 0);
  return Uint8Array.from(bytes);
}

/** A number as an `i32` that is written with its sign. */
function signedLeb(value: number): Uint8Array {
  const bytes = [];
  for (value |= 0; ; value >>= 7) {
    const byte = value & 0x7f;
    if (value >> 6 === 0 || value >> 6 === -1) {
      bytes.push(byte);
      return Uint8Array.from(bytes);
    }
    bytes.push(byte | 0x80);
  }
}

function joined(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
