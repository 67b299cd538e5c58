// Runs a WASI command under Node, with the environment, the streams and the folder of this process: node node.mjs COMMAND.wasm ARGUMENT...
//
// Functions of JavaScript lead to Node's own: those crash Node 20 now and then where WebAssembly calls them directly.
import { readFileSync } from "node:fs";
import { WASI } from "node:wasi";

const args = process.argv.slice(2);
const wasi = new WASI({ version: "preview1", args, env: process.env, preopens: { ".": "." }, returnOnExit: true });
const functions = Object.entries(wasi.wasiImport).map(([name, call]) => [name, (...given) => call(...given)]);
const module = await WebAssembly.compile(readFileSync(args[0]));
const instance = await WebAssembly.instantiate(module, { wasi_snapshot_preview1: Object.fromEntries(functions) });
process.exitCode = wasi.start(instance);
