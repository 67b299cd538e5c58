// Bytes over the wire: what a page fetches to run its first module, gzipped.

import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";

const here = new URL("..", import.meta.url).pathname;
const require = createRequire(import.meta.url);

function gzipped(...files) {
  return files.map((file) => gzipSync(readFileSync(file), { level: 9 }).length).reduce((sum, size) => sum + size, 0);
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
    "exocet core": gzipped(join(here, "dist/core/exocet.wasm"), ...code("core.js")),
    "exocet std": gzipped(join(here, "dist/std/exocet.wasm"), ...code("index.js")),
    pyodide: gzipped(...["pyodide.mjs", glue, "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json"].map((file) => join(pyodide, file))),
    micropython: gzipped(...["micropython.mjs", "micropython.wasm"].map((file) => join(micropython, file))),
  };
}
