// The playground: files, a worker that loads them, and what came of it.

import { byMapper, createWorkerLoader, DeadlineError, type LogEvent, passThrough, PythonError, type WorkerLoader, type WorkerObject } from "../src/worker.js";
import type { Editor } from "./editor.js";
import { examples } from "./examples.js";
import { Generations, isLive } from "./generations.js";
import { type Files, pack, unpack } from "./state.js";
import { amount, decisionsOf, element, listing, reach, times, tree } from "./views.js";

const DEADLINE = 5000;
const WARM = 9;
/** The milliseconds that the editor waits for the first run, and no longer: what it needs of the processor would come out of that. */
const PATIENCE = 1000;
/** The milliseconds after the last key until what was typed is loaded as a plugin. */
const PAUSE = 500;
const [MAIN, MAPPER] = ["app.py", "mapper.py"];

const find = <E extends HTMLElement>(id: string) => document.getElementById(id) as E;
const [about, tabs, source, output, errorBox, status] = ["about", "tabs", "source", "output", "error", "status"].map((id) => find(id)) as [HTMLElement, HTMLElement, HTMLElement, HTMLElement, HTMLElement, HTMLElement];
const [runButton, shareButton, addButton, removeButton] = ["run", "share", "add", "remove"].map((id) => find<HTMLButtonElement>(id)) as [HTMLButtonElement, HTMLButtonElement, HTMLButtonElement, HTMLButtonElement];
const picker = find<HTMLSelectElement>("example");

let files: Files = {};
let shown = MAIN;
let events: LogEvent[] = [];
let quiet = false;
/** What the worker has of the files. */
let written: Files = {};
let failure: PythonError | undefined;

/** It is large, and comes after the first run; until then the source is shown as it is. */
let editor: Editor | undefined;
let editing: Promise<void> | undefined;

function edit(): Promise<void> {
  editing ??= import("./editor.js").then(
    ({ Editor }) => {
      const isRead = document.activeElement === source;
      source.remove();
      editor = new Editor(find("editor"), changed, () => void run());
      open(shown);
      if (isRead) {
        editor.go(1);
      }
    },
    (error: unknown) => say(`The editor can't be loaded: ${String(error)}`, "bad"),
  );
  return editing;
}

function say(text: string, kind = ""): void {
  status.textContent = text;
  status.className = kind;
}

function print(text: string, kind: string): void {
  if (!quiet) {
    output.append(element("span", { class: kind }, text));
  }
}

const generations = new Generations(find("live"), (file, line) => void go(file, line));
let pause: ReturnType<typeof setTimeout> | undefined;
let polling: Promise<void> | undefined;

function changed(name: string, text: string | undefined): void {
  if (text === undefined) {
    delete files[name];
  } else {
    files[name] = text;
  }
  if (isLive(name)) {
    pollSoon();
  }
}

function pollSoon(): void {
  clearTimeout(pause);
  pause = setTimeout(() => (runButton.disabled ? pollSoon() : (polling = poll())), PAUSE);
}

/** Loads what has changed of the plugins. A run does so, too. */
async function poll(): Promise<void> {
  await send(loader);
  await generations.update(loader);
  showMistakes();
}

/** The frames of the error that are in a file of ours, and why a plugin of it was refused. */
function mistakesOf(name: string) {
  const frames = (failure?.frames ?? []).filter(({ file }) => file === `<app>/${name}`);
  const failed = frames.slice(-1).map(({ line, column }) => ({ line, column, message: String(failure) }));
  return [...failed, ...generations.mistakesOf(name)];
}

function showMistakes(): void {
  editor?.mark(mistakesOf(shown));
  for (const tab of tabs.children) {
    tab.classList.toggle("faulty", mistakesOf(tab.textContent ?? "").length > 0);
  }
}

async function go(name: string, line: number): Promise<void> {
  open(name);
  await edit();
  editor?.go(line);
}

function showTabs(): void {
  tabs.replaceChildren(
    ...Object.keys(files).map((name) => {
      const is = name === shown;
      const tab = element("button", { type: "button", role: "tab", "aria-selected": String(is), "aria-controls": "editor", tabindex: is ? "0" : "-1" }, name);
      tab.addEventListener("click", () => open(name));
      return tab;
    }),
  );
  removeButton.disabled = shown === MAIN;
  showMistakes();
}

// The arrow keys go from tab to tab, as they do in tab lists everywhere.
tabs.addEventListener("keydown", (event) => {
  const names = Object.keys(files);
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (step) {
    open(names[(names.indexOf(shown) + step + names.length) % names.length] as string);
    (tabs.querySelector('[aria-selected="true"]') as HTMLElement).focus();
  }
});

function open(name: string): void {
  shown = name;
  const text = files[name] ?? "";
  if (editor) {
    editor.open(name, text);
  } else {
    source.textContent = text;
  }
  showTabs();
}

function use(next: Files, text: string): void {
  files = { ...next };
  failure = undefined;
  generations.forget();
  editor?.clear();
  about.replaceChildren(...text.split("`").map((part, at) => (at % 2 === 1 ? element("code", {}, part) : part)));
  open(MAIN in files ? MAIN : (Object.keys(files)[0] as string));
}

function showError(error: unknown): void {
  if (!(error instanceof PythonError)) {
    errorBox.replaceChildren(element("strong", {}, String(error)));
    return;
  }
  failure = error;
  const places = error.frames.map(({ file, line, function: where, source: text }) => {
    const name = file.replace(/^<app>\//, "");
    const words = `${name}, line ${line}${where ? `, in ${where}` : ""}`;
    const place = name in files ? element("button", { type: "button", class: "place" }, words) : document.createTextNode(words);
    place.addEventListener("click", () => void go(name, line));
    return element("li", {}, place, element("br"), element("code", {}, text?.trim() ?? ""));
  });
  const chain = error.importChain.map(({ module, line }) => `${module}, line ${line}`).join(", asked by ");
  errorBox.replaceChildren(element("strong", {}, String(error)), element("ol", {}, ...places));
  if (chain && error.is("ImportError")) {
    errorBox.append(element("p", { class: "rule" }, `asked by ${chain}`));
  }
}

async function send(loader: WorkerLoader): Promise<void> {
  for (const name of Object.keys(written).filter((name) => !(name in files))) {
    await loader.remove(name);
    delete written[name];
  }
  for (const [name, text] of Object.entries(files).filter(([name, text]) => written[name] !== text)) {
    await loader.write(name, text);
    written[name] = text;
  }
}

let loader: WorkerLoader;

async function run(): Promise<void> {
  if (runButton.disabled) {
    return;
  }
  runButton.disabled = true;
  say("Loading.");
  output.replaceChildren();
  errorBox.replaceChildren();
  failure = undefined;
  events = [];
  let during: LogEvent[] = [];
  const warm: LogEvent[] = [];
  let mapper: WorkerObject | undefined;
  try {
    await polling;
    await send(loader);
    mapper = MAPPER in files ? ((await (await loader.load("mapper")).get("mapper")) as WorkerObject) : undefined;
    during = events = [];
    await loader.load("app", mapper);
    say(`app.py was loaded.`, "good");
    quiet = true;
    for (let count = 0; count < WARM; count += 1) {
      events = [];
      await loader.load("app", mapper);
      warm.push(...events);
    }
  } catch (error) {
    if (!quiet) {
      say(error instanceof DeadlineError ? "The load took longer than five seconds and was ended. A fresh interpreter is in place." : "Loading failed.", "bad");
      showError(error);
    }
  }
  quiet = true;
  find("reach").replaceChildren(...reach(during, mapper ? await added(mapper, during) : new Map()));
  find("memory").textContent = amount(await loader.memory());
  quiet = false;
  const ofApp = (event: LogEvent) => event.event === "load" && event.name === "app";
  const loads = (all: LogEvent[]) => all.filter(ofApp) as Extract<LogEvent, { event: "load" }>[];
  find("decisions").replaceChildren(tree(during));
  find("times").replaceChildren(times(loads(during)[0], loads(warm)));
  await list();
  if (Object.keys(files).some(isLive)) {
    await generations.update(loader, mapper);
  }
  open(shown);
  runButton.disabled = false;
  // How often it was loaded, for whoever waits for that.
  output.dataset.runs = String(Number(output.dataset.runs ?? 0) + 1);
}

/** What the mapper adds, with the public names in it; of what a mapper further inside added, only that it did. */
async function added(mapper: WorkerObject, during: LogEvent[]): Promise<Map<string, string[]>> {
  const given = decisionsOf(during).flatMap(({ name, answer }) => (answer === "object" ? [name] : []));
  const found = new Map(given.map((name): [string, string[]] => [name, []]));
  for (const name of new Set([...given, ...(await loader.unused(byMapper(mapper)).catch(() => []))])) {
    events = [];
    const object = await loader.import(name, mapper).catch(() => undefined);
    if (object && decisionsOf(events).some((event) => event.name === name && event.answer === "object")) {
      const names = await object.names().catch(() => []);
      found.set(name, names.filter((name) => !name.startsWith("_")));
    }
  }
  return found;
}

async function list(): Promise<void> {
  const modules = await loader.modules({ deep: true });
  const imports = new Map<string, Awaited<ReturnType<WorkerLoader["imports"]>> | string>();
  for (const module of modules) {
    if (!(module instanceof PythonError)) {
      imports.set(module.name, await loader.imports(module.name).catch((error: unknown) => String(error)));
    }
  }
  find("listing").replaceChildren(listing(modules, imports));
}

picker.append(...Object.entries(examples).map(([id, { title }]) => element("option", { value: id }, title)));
picker.addEventListener("change", () => {
  const example = examples[picker.value];
  if (example) {
    history.replaceState(null, "", location.pathname);
    use(example.files, example.about);
    void run();
  }
});
runButton.addEventListener("click", () => void run());
addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.defaultPrevented) {
    void run();
  }
});
addButton.addEventListener("click", () => {
  const name = prompt("Path of the new file, such as package/module.py")?.trim();
  if (name && !(name in files)) {
    changed(name, "");
    open(name);
  }
});
removeButton.addEventListener("click", () => {
  changed(shown, undefined);
  editor?.forget(shown);
  open(MAIN);
});
shareButton.addEventListener("click", async () => {
  const link = new URL(location.href);
  link.hash = await pack(files);
  history.replaceState(null, "", link);
  try {
    await navigator.clipboard.writeText(link.href);
    say("The link is in the clipboard.", "good");
  } catch {
    say("The link is in the address bar.", "good");
  }
});

const carried = location.hash.length > 1 ? await unpack(location.hash.slice(1)) : undefined;
const first = Object.keys(examples)[0] as string;
const asked = new URLSearchParams(location.search).get("example") ?? first;
picker.value = asked in examples ? asked : first;
const example = examples[picker.value] as (typeof examples)[string];
if (carried && MAIN in carried) {
  use(carried, "These files came with the link.");
} else {
  use(example.files, example.about);
}

setTimeout(edit, PATIENCE);
try {
  const library = new URLSearchParams(location.search).get("library") === "core" ? "core" : "std";
  written = { ...files };
  loader = await createWorkerLoader({
    sources: { label: "<app>", files },
    library,
    deadline: DEADLINE,
    stdout: (text) => print(text, "stdout"),
    stderr: (text) => print(text, "stderr"),
    log: (event) => events.push(event),
  });
  runButton.disabled = false;
  // What came with a link is looked at before it runs.
  if (carried) {
    say("Ready. Load runs these files.");
    await send(loader);
    await list();
  } else {
    await run();
  }
} catch (error) {
  say(`The interpreter can't be started: ${String(error)}`, "bad");
}
void edit();
