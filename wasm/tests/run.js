// Runs the command line for WASI under Node: node run.js FOLDER ARGUMENT... The program sees `files` of the folder as
// `<fixture>`, as the scripts call it, the folder itself as `<scripts>`, and is in an empty one.

import { readFileSync } from "node:fs";
import { WASI } from "node:wasi";

const [folder, ...args] = process.argv.slice(2);
const wasi = new WASI({ version: "preview1", args, env: {}, preopens: { "<fixture>": `${folder}/files`, "<scripts>": folder, ".": `${folder}/empty` }, returnOnExit: true });
const module = await WebAssembly.compile(readFileSync(new URL("../dist/exocet.wasm", import.meta.url)));
process.exitCode = wasi.start(await WebAssembly.instantiate(module, wasi.getImportObject()));
