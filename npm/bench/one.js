// One contender in a process of its own: node one.js NAME [start]. Writes what it measured as JSON; with `start`, it loads the module
// once and ends.

import { contenders, measure } from "./contenders.js";

const [name, only] = process.argv.slice(2);
const make = {
  "exocet core": async () => contenders.exocet((await import("../dist/core.js")).createLoader),
  "exocet std": async () => contenders.exocet((await import("../dist/index.js")).createLoader),
  pyodide: async () => contenders.pyodide((await import("pyodide")).loadPyodide),
  micropython: async () => contenders.micropython((await import("@micropython/micropython-webassembly-pyscript")).loadMicroPython),
};

const begun = performance.now();
const runtime = await make[name]();
const ready = performance.now() - begun;
if (only === "start") {
  runtime.first();
} else {
  process.stdout.write(JSON.stringify(measure(runtime, ready)));
}
process.exit();
