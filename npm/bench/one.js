// One contender in a process of its own: node one.js NAME [start | library | second | units]. Writes what it measured as JSON.

import { contenders, measure } from "./contenders.js";

const [name, only] = process.argv.slice(2);
const make = {
  "exocet core": async () => contenders.exocet((await import("../dist/core.js")).createLoader),
  "exocet std": async () => contenders.exocet((await import("../dist/index.js")).createLoader, true),
  pyodide: async () => contenders.pyodide((await import("pyodide")).loadPyodide),
  micropython: async () => contenders.micropython((await import("@micropython/micropython-webassembly-pyscript")).loadMicroPython),
};

process.stdout.write(JSON.stringify(await measure(make[name], only)));
process.exit();
