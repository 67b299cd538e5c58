// Bytes over the wire: what a page fetches to run its first module, packed as servers do at their best.

import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const here = new URL("..", import.meta.url).pathname;
const require = createRequire(import.meta.url);

const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 } };

function packed(...files) {
  const sum = (pack) => files.map((file) => pack(readFileSync(file)).length).reduce((sum, size) => sum + size, 0);
  return { gzip: sum((bytes) => gzipSync(bytes, { level: 9 })), brotli: sum((bytes) => brotliCompressSync(bytes, BROTLI)) };
}

/** The package's own code for an entry: the entry itself, and the chunks that it imports. */
function code(entry) {
  const seen = new Set();
  const visit = (file) => {
    if (!seen.has(file)) {
      seen.add(file);
      const imports = readFileSync(file, "utf8").matchAll(/from\s*"(\.[^"]*)"/g);
      [...imports].forEach(([, path]) => visit(join(dirname(file), path)));
    }
  };
  visit(join(here, "dist", entry));
  return [...seen];
}

export function sizes() {
  const pyodide = dirname(require.resolve("pyodide/package.json"));
  const micropython = dirname(require.resolve("@micropython/micropython-webassembly-pyscript/package.json"));
  const own = readdirSync(pyodide);
  const glue = own.includes("pyodide.asm.mjs") ? "pyodide.asm.mjs" : "pyodide.asm.js";
  return {
    "exocet core": packed(join(here, "dist/core/exocet.wasm"), ...code("core.js")),
    "exocet std": packed(join(here, "dist/std/exocet.wasm"), ...code("index.js")),
    pyodide: packed(...["pyodide.mjs", glue, "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json"].map((file) => join(pyodide, file))),
    micropython: packed(...["micropython.mjs", "micropython.wasm"].map((file) => join(micropython, file))),
  };
}
