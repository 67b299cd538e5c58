// Snapshots as bytes, in the form that `isolate/src/file.rs` describes. They hold data only.

import { blake3 } from "@noble/hashes/blake3.js";
import { decode, encode } from "./cbor.js";
import { LoaderError } from "./errors.js";
import type { Content } from "./instance.js";
import type { Layer } from "./layers.js";
import { memoryModule, memoryOf } from "./sections.js";

const MAGIC = new TextEncoder().encode("exocets\n");
const VERSION = 1;
/** The length of what comes before the checksum, and where the header begins. */
const [LENGTHS, PREFIX] = [32, 64];

/** What is known of a snapshot beside its memory: `About` of `isolate/src/snapshot.rs`. */
export interface About {
  made_by: string;
  guest: number[];
  sources: [string, string][];
  imports: Layer[];
  size: number;
  content: number;
  modules: Record<string, { number: number; class: string; is_callable: boolean }>;
  output: string;
  errors: string;
  events: unknown[];
  hash_seed: number;
  /** The functions of the host's that are in it. */
  lent: { number: number; count: number; module: string; name: string }[];
}

/** The bytes of a snapshot. */
export function toBytes(about: Omit<About, "size" | "content">, memory: Uint8Array): Uint8Array<ArrayBuffer> {
  const { wasm, content } = memoryModule(memory);
  const header = encode({ ...about, size: memory.length, content });
  const bytes = new Uint8Array(PREFIX + header.length + wasm.length);
  bytes.set(MAGIC);
  const view = new DataView(bytes.buffer);
  view.setUint32(8, VERSION, true);
  view.setBigUint64(16, BigInt(header.length), true);
  view.setBigUint64(24, BigInt(wasm.length), true);
  bytes.set(header, PREFIX);
  bytes.set(wasm, PREFIX + header.length);
  bytes.set(checksum(bytes), LENGTHS);
  return bytes;
}

/** A snapshot that was found whole. */
export interface Opened {
  about: About;
  content: Content;
}

/** What the bytes of a snapshot hold; what is none, or isn't whole, is an error. What is part of the package isn't read through. */
export function fromBytes(bytes: Uint8Array, isOurs = false): Opened {
  if (bytes.length < PREFIX || MAGIC.some((byte, at) => bytes[at] !== byte)) {
    throw new LoaderError("these bytes are no snapshot");
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint32(8, true);
  if (version !== VERSION) {
    throw new LoaderError(`the snapshot has form ${version}, and this version of the package reads form ${VERSION}`);
  }
  const [header, image] = [Number(view.getBigUint64(16, true)), Number(view.getBigUint64(24, true))];
  const isWhole = () => isOurs || checksum(bytes).every((byte, at) => bytes[LENGTHS + at] === byte);
  if (bytes.length !== PREFIX + header + image || !isWhole()) {
    throw new LoaderError("the snapshot is damaged");
  }
  const about = decode(bytes.subarray(PREFIX, PREFIX + header)) as About;
  return { about, content: memoryOf(bytes.subarray(PREFIX + header)) };
}

function checksum(bytes: Uint8Array): Uint8Array {
  return blake3.create().update(bytes.subarray(0, LENGTHS)).update(bytes.subarray(PREFIX)).digest();
}

/** The code of a module, and what it is found by: `Compiled` of the library. */
export interface Unit {
  key: string;
  code: Uint8Array;
}

const UNITS = new TextEncoder().encode("exocetu\n");
/** Where the checksum of the units ends. */
const UNITS_PREFIX = 40;

/** Units as bytes: {@link UNITS}, BLAKE3 of what follows, and the units in CBOR. */
export function unitsAsBytes(units: Unit[]): Uint8Array<ArrayBuffer> {
  const content = encode(units);
  const bytes = new Uint8Array(UNITS_PREFIX + content.length);
  bytes.set(UNITS);
  bytes.set(blake3(content), UNITS.length);
  bytes.set(content, UNITS_PREFIX);
  return bytes;
}

/** The units of such bytes; what is none, or isn't whole, is an error. */
export function unitsOf(bytes: Uint8Array): Unit[] {
  if (bytes.length < UNITS_PREFIX || UNITS.some((byte, at) => bytes[at] !== byte)) {
    throw new LoaderError("these bytes are no units of compiled code");
  }
  const content = bytes.subarray(UNITS_PREFIX);
  if (blake3(content).some((byte, at) => bytes[UNITS.length + at] !== byte)) {
    throw new LoaderError("the units of compiled code are damaged");
  }
  return decode(content) as Unit[];
}

/** BLAKE3 of files, in hexadecimal, as `isolate/src/given.rs` has it. */
export function hashOf(files: readonly (readonly [string, Uint8Array])[]): string {
  const hash = blake3.create();
  const length = new DataView(new ArrayBuffer(8));
  for (const [path, content] of files) {
    for (const part of [new TextEncoder().encode(path), content]) {
      length.setBigUint64(0, BigInt(part.length), true);
      hash.update(new Uint8Array(length.buffer)).update(part);
    }
  }
  return [...hash.digest()].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
