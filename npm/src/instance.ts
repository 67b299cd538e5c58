// One instance of the WebAssembly module: its memory, its loader, and the JavaScript that wasm-bindgen wrote for it.

import { LoaderError } from "./errors.js";

/** What `wasm/src/lib.rs` exports. @internal */
export interface Exports {
  /** Makes the instance. Only so may a page's own thread make one of a big module. */
  (options: { module_or_path: WebAssembly.Module }): Promise<{ memory: WebAssembly.Memory }>;
  Loader: new (host: object, sources: object[], observed: boolean) => RawLoader;
}

/** @internal */
export interface RawLoader {
  write(source: number, path: string, content: string | Uint8Array): void;
  remove(source: number, path: string): boolean;
  load(name: string, mapper: number): unknown;
  loadPackage(name: string, mapper: number): unknown;
  import(name: string, mapper: number): unknown;
  run(name: string, mapper: number): number;
  get(object: number, name: string, asObject: boolean): unknown;
  has(object: number, name: string): boolean;
  set(object: number, name: string, value: unknown): void;
  call(object: number, name: string | undefined, args: unknown[], named: object, asObject: boolean): unknown;
  value(object: number): unknown;
  repr(object: number): string;
  names(object: number): string[];
  letGo(object: number): void;
  passThrough(): number;
  empty(): number;
  mapperOf(object: number): number;
  with(mapper: number, values: [string, unknown][]): number;
  without(mapper: number, names: string[]): number;
  rename(mapper: number, from: string, to: string): number;
  ask(mapper: number, ask: (request: any) => unknown): number;
  withPolicy(mapper: number, policy: object): number;
  realm(mapper: number, names: string[]): number;
  realmOf(mapper: number, sources: object[]): number;
  contains(mapper: number, name: string): boolean;
  unused(mapper: number): string[];
  letMapperGo(mapper: number): void;
  modules(within: string | undefined, deep: boolean): unknown[];
  find(name: string): unknown;
  source(name: string): string | undefined;
  imports(name: string): unknown[];
  exports(name: string): string[];
  attributes(name: string): string[];
}

/**
 * The JavaScript that wasm-bindgen wrote, as a function that makes a set of it for each instance. Its parameters hide the globals
 * of their names: what the module reaches of the platform is what it is given here. @internal
 */
export type Glue = (globalThis: object, Date: object, FinalizationRegistry: object) => Exports;

/** The module and its JavaScript, of one tier of the library. @internal */
export interface Tier {
  glue: Glue;
  url: URL;
}

/** Where the WebAssembly module comes from. */
export type WasmSource =
  | URL
  | string
  | Response
  | Promise<Response>
  | BufferSource
  | WebAssembly.Module
  | Promise<WebAssembly.Module>;

const compiled = new Map<string, Promise<WebAssembly.Module>>();

/** Compiles the module, once for each place that it comes from. @internal */
export async function compile(beside: URL, wasm: WasmSource = beside): Promise<WebAssembly.Module> {
  if (typeof wasm !== "string" && !(wasm instanceof URL)) {
    return compileBytes(await wasm);
  }
  const url = String(wasm);
  let module = compiled.get(url);
  if (!module) {
    module = fetchFrom(url).then(compileBytes);
    compiled.set(url, module);
    // What failed once may do better the next time.
    module.catch(() => compiled.delete(url));
  }
  return module;
}

async function compileBytes(wasm: Response | BufferSource | WebAssembly.Module): Promise<WebAssembly.Module> {
  if (wasm instanceof WebAssembly.Module) {
    return wasm;
  }
  if (!(typeof Response === "function" && wasm instanceof Response)) {
    return WebAssembly.compile(wasm as BufferSource);
  }
  if (!wasm.ok) {
    throw new LoaderError(`${wasm.url || "the WebAssembly module"} can't be fetched: ${wasm.status} ${wasm.statusText}`);
  }
  const type = wasm.headers.get("content-type") ?? "";
  // A server that calls it something else costs time, and no more.
  return type.startsWith("application/wasm") ? WebAssembly.compileStreaming(wasm) : WebAssembly.compile(await wasm.arrayBuffer());
}

async function fetchFrom(url: string): Promise<Response | BufferSource> {
  if (!url.startsWith("file:")) {
    return fetch(url);
  }
  // Node's own `fetch` reads no files.
  const { readFile } = await import(/* @vite-ignore */ /* webpackIgnore: true */ "node:fs/promises");
  return readFile(new URL(url));
}

/** What the module reaches of the platform. @internal */
export interface Lent {
  now(): number;
  monotonic(): number;
  random(bytes: Uint8Array): void;
  /** Runs a clean-up, which may break down. */
  finish(run: () => void): void;
}

/** Makes an instance. @internal */
export async function instantiate(
  glue: Glue,
  module: WebAssembly.Module,
  lent: Lent,
): Promise<{ exports: Exports; memory: WebAssembly.Memory }> {
  class DateOfTheHost extends Date {
    constructor(...args: []) {
      super(...((args.length ? args : [lent.now()]) as []));
    }
    static override now(): number {
      return lent.now();
    }
  }
  class GuardedRegistry<T> extends FinalizationRegistry<T> {
    constructor(finish: (held: T) => void) {
      super((held) => lent.finish(() => finish(held)));
    }
  }
  const crypto = {
    getRandomValues(bytes: Uint8Array): Uint8Array {
      lent.random(bytes);
      return bytes;
    },
  };
  const reachable = { crypto, Date: DateOfTheHost, performance: { now: () => lent.monotonic() } };
  const exports = glue(reachable, DateOfTheHost, GuardedRegistry);
  const { memory } = await exports({ module_or_path: module });
  return { exports, memory };
}
