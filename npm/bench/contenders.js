// Who is measured. Each gives a runtime that loads the module: `cold` compiles new text and runs it in a fresh module, `warm` runs
// what was compiled before in a fresh module. Times are per load, in milliseconds.

import { TEXT } from "./module.js";

/** So many loads there are; measured are the first ones, and as many at the end, when the engine has compiled what they use. */
const LOADS = 3000;
const MEASURED = 200;
/** So many loads are timed at once: a browser's clock is coarse. */
const BLOCK = 10;

/** The middle one. */
export function median(values) {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];
}

/** What a load takes, in groups. */
function timed(run) {
  const times = [];
  for (let at = 0; at < LOADS; at += BLOCK) {
    const begun = performance.now();
    for (let next = at; next < at + BLOCK; next += 1) {
      run(next);
    }
    times.push((performance.now() - begun) / BLOCK);
  }
  return times;
}

/** The figures of the first loads, and of the last. */
function ends(figure, times) {
  const measured = MEASURED / BLOCK;
  return { [figure]: median(times.slice(0, measured)), [`${figure}Later`]: median(times.slice(-measured)) };
}

/** The modules of the library that are imported first. */
const LIBRARY = "import json, re, dataclasses, enum, datetime";

/** So many modules, each with another text. */
const TEXTS = Object.fromEntries(Array.from({ length: LOADS }, (_, at) => [`cold${at}.py`, `${TEXT}# ${at}\n`]));

/** Exocet: by name, with a look at whether the source has changed. */
async function exocet(createLoader, hasLibrary) {
  const loader = await createLoader({ sources: { "plugin.py": TEXT, "library.py": LIBRARY } });
  return {
    first: () => loader.load("plugin"),
    library: hasLibrary && (() => loader.load("library")),
    second: () => createLoader(),
    cold: () => {
      Object.entries(TEXTS).forEach(([path, text]) => loader.write(path, text));
      return ends("cold", timed((at) => loader.load(`cold${at}`)));
    },
    units: async () => {
      const maker = await createLoader({ sources: TEXTS });
      const other = await createLoader({ sources: TEXTS, units: maker.compile() });
      return ends("units", timed((at) => other.load(`cold${at}`)));
    },
    warm: () => ({ warm: median(timed(() => loader.load("plugin"))) }),
    memory: () => loader.memory,
  };
}

/** CPython in WebAssembly. Its times are taken inside of it, without the way in and out. */
async function pyodide(loadPyodide, options) {
  const python = await loadPyodide(options);
  python.globals.set("TEXT", TEXT);
  python.globals.set("LOADS", LOADS);
  python.globals.set("BLOCK", BLOCK);
  python.runPython(`
import importlib, importlib.util, os, sys, time, types
os.makedirs("/app", exist_ok=True)
sys.path.insert(0, "/app")
open("/app/plugin.py", "w").write(TEXT)

def timed(run):
    times = []
    for at in range(0, LOADS, BLOCK):
        begun = time.perf_counter()
        for block in range(at, at + BLOCK):
            run(block)
        times.append((time.perf_counter() - begun) / BLOCK * 1000)
    return times

def first():
    import plugin

def cold(at):
    code = compile(TEXT + f"# {at}\\n", "/app/plugin.py", "exec")
    exec(code, types.ModuleType("plugin").__dict__)

def by_import(at):
    sys.modules.pop("plugin", None)
    importlib.import_module("plugin")

CODE = compile(TEXT, "/app/plugin.py", "exec")

def by_hand(at):
    exec(CODE, types.ModuleType("plugin").__dict__)
`);
  const get = (name) => python.globals.get(name);
  const within = (name) => python.runPython(`timed(${name})`).toJs();
  return {
    first: () => get("first")(),
    library: () => python.runPython(LIBRARY),
    second: () => loadPyodide(options),
    cold: () => ends("cold", within("cold")),
    warm: () => ({ warm: median(within("by_import")), byHand: median(within("by_hand")) }),
    memory: () => python._module.HEAPU8.length,
  };
}

/** MicroPython keeps no compiled code to run again: it compiles each time. */
async function micropython(loadMicroPython, options) {
  // It keeps its memory to itself.
  let memory;
  const { instantiate, instantiateStreaming } = WebAssembly;
  const seen = (made) => ((memory = made.instance.exports.memory), made);
  WebAssembly.instantiate = async (...args) => seen(await instantiate(...args));
  WebAssembly.instantiateStreaming = async (...args) => seen(await instantiateStreaming(...args));
  const python = await loadMicroPython({ heapsize: 4 << 20, ...options });
  const run = (text) => python.runPython(`exec(${JSON.stringify(text)}, {"__name__": "plugin"})`);
  return {
    first: () => run(TEXT),
    cold: () => ends("cold", timed((at) => run(`${TEXT}# ${at}\n`))),
    warm: () => ({}),
    memory: () => memory?.buffer.byteLength,
  };
}

export const contenders = { exocet, pyodide, micropython };

/** The milliseconds that it takes. */
async function took(run) {
  const begun = performance.now();
  await run();
  return performance.now() - begun;
}

/** Measures a contender from the beginning: how it starts and loads, or `only` one thing that has to come first. */
export async function measure(make, only) {
  const begun = performance.now();
  const runtime = await make();
  const ready = performance.now() - begun;
  if (only === "library") {
    return { library: runtime.library && (await took(runtime.library)) };
  }
  if (only === "second") {
    return { second: runtime.second && (await took(runtime.second)) };
  }
  if (only === "units") {
    return (await runtime.units?.()) ?? {};
  }
  const first = await took(runtime.first);
  if (only === "start") {
    return { first };
  }
  const memory = runtime.memory();
  return { ready, first, ...runtime.cold(), ...runtime.warm(), memory };
}

/** What is measured in a process or a page of its own. */
export const APART = ["library", "second", "units"];
