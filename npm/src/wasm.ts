// The WebAssembly module: the interpreter's code, and the image of an interpreter that has started, in a section of its own.

import { LoaderError } from "./errors.js";
import { fromBytes, type Opened } from "./file.js";
import { ofNode } from "./node.js";
import { apart } from "./sections.js";

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
  return once(String(wasm), (url) => fetchFrom(url).then(compileBytes));
}

/**
 * The same, for a loader of this thread: of a file the engine gets the code alone, and the image stays where it was read to, as the two
 * copies that the engine would make of it take their part of a start.
 */
export async function compileHere(beside: () => URL, wasm: WasmSource = beside()): Promise<WebAssembly.Module> {
  const url = typeof wasm === "string" || wasm instanceof URL ? String(wasm) : "";
  if (!url.startsWith("file:")) {
    return compile(beside, wasm);
  }
  return once(`code of ${url}`, async () => {
    const bytes = await readFrom(url);
    try {
      const { code, content } = apart(bytes, IMAGE);
      const module = await WebAssembly.compile(code);
      if (content) {
        images.set(module, fromBytes(content, true));
      }
      return module;
    } catch (error) {
      throw new LoaderError(`${url} is no WebAssembly module of this package's: ${(error as Error).message}`, { cause: error });
    }
  });
}

async function once(place: string, make: (place: string) => Promise<WebAssembly.Module>): Promise<WebAssembly.Module> {
  let module = compiled.get(place);
  if (!module) {
    module = make(place);
    compiled.set(place, module);
    // What failed once may do better the next time.
    module.catch(() => compiled.delete(place));
  }
  return module;
}

async function compileBytes(wasm: Response | BufferSource | WebAssembly.Module): Promise<WebAssembly.Module> {
  if (wasm instanceof WebAssembly.Module) {
    return wasm;
  }
  // Not by its class: Node takes as long to make that of `Response` as to compile this.
  if (!("arrayBuffer" in wasm)) {
    return WebAssembly.compile(wasm);
  }
  if (!wasm.ok) {
    throw new LoaderError(`${wasm.url || "the WebAssembly module"} can't be fetched: ${wasm.status} ${wasm.statusText}`);
  }
  const type = wasm.headers.get("content-type") ?? "";
  // A server that calls it something else costs time, and no more.
  return type.startsWith("application/wasm") ? WebAssembly.compileStreaming(wasm) : WebAssembly.compile(await wasm.arrayBuffer());
}

async function fetchFrom(url: string): Promise<Response | BufferSource> {
  // Node's own `fetch` reads no files.
  return url.startsWith("file:") ? readFrom(url) : fetch(url);
}

async function readFrom(url: string): Promise<Uint8Array<ArrayBuffer>> {
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
