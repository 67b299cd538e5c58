/** Exocet: loads Python modules without CPython, with the part of the standard library that plugins use most. */

import glue from "../dist/std/glue.js";
import { loaderOf } from "./loader.js";

/** Makes a loader. The first one waits for the WebAssembly module. */
export const createLoader = loaderOf({ glue, url: new URL("./std/exocet.wasm", import.meta.url) });

export * from "./api.js";
