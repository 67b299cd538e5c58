/** Exocet: loads Python modules without CPython, with the interpreter's own modules and stand-ins for a few others. */

import { loaderOf } from "./loader.js";

/** Makes a loader. The first one waits for the WebAssembly module. */
export const createLoader = loaderOf(
  () => new URL("./core/exocet.wasm", import.meta.url),
  {
    "names.txt": () => new URL("./names.txt", import.meta.url),
    "encodings.wasm": () => new URL("./encodings.wasm", import.meta.url),
  },
);

export * from "./api.js";
