// The WebAssembly module: the interpreter's code, and the image of an interpreter that has started, in a section of its own.

import { LoaderError } from "./errors.js";
import { fromBytes, type Opened } from "./file.js";
import { ofNode } from "./node.js";

/** The section in which the image is. */
export const IMAGE = "exocet.image";

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
export async function compile(beside: () => URL, wasm: WasmSource = beside()): Promise<WebAssembly.Module> {
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
  const { readFile } = await ofNode<typeof import("node:fs/promises")>("fs/promises");
  return readFile(new URL(url));
}

const images = new WeakMap<WebAssembly.Module, Opened>();

/** The image in a module. @internal */
export function imageOf(module: WebAssembly.Module): Opened {
  let image = images.get(module);
  if (!image) {
    const [section] = WebAssembly.Module.customSections(module, IMAGE);
    if (!section) {
      throw new LoaderError("the WebAssembly module is none of this package's");
    }
    image = fromBytes(new Uint8Array(section), true);
    images.set(module, image);
  }
  return image;
}
