// What a run shows: the tree of imports, the listing, the times, the error. Text goes into the page as text.

import type { ImportInfo, LogEvent, ModuleInfo, PythonError } from "../src/worker.js";

type Decision = Extract<LogEvent, { event: "decision" }>;
type Load = Extract<LogEvent, { event: "load" }>;

/** An element with attributes and what is in it. */
export function element(tag: string, attributes: Record<string, string> = {}, ...inside: (Node | string)[]): HTMLElement {
  const made = document.createElement(tag);
  Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
  made.append(...inside);
  return made;
}

const ANSWERS: Record<Decision["answer"], string> = {
  object: "given",
  load: "loaded fresh",
  rename: "renamed",
  "pass-through": "passed through",
  attenuated: "attenuated",
  "not-mine": "nobody has it",
  denied: "denied",
};

export function decisionsOf(events: LogEvent[]): Decision[] {
  return events.filter((event) => event.event === "decision");
}

/** So many bytes, in words. */
export function amount(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function milliseconds(nanoseconds: number): string {
  const value = nanoseconds / 1e6;
  return value < 1 ? `${(value * 1000).toFixed(0)} µs` : `${value.toFixed(value < 10 ? 2 : 0)} ms`;
}

/** The decisions as a tree: under each load what it asked for, under each answer what was loaded for it. */
export function tree(events: LogEvent[]): HTMLElement {
  const loads = events.filter((event): event is Load => event.event === "load");
  const decisions = decisionsOf(events);
  const known = new Set(loads.map(({ id }) => id));
  const inside = (id: number | null) => {
    const asked = decisions.filter((decision) => (decision.load !== null && known.has(decision.load) ? decision.load : null) === id);
    const loaded = loads.filter((load) => (load.parent !== null && known.has(load.parent) ? load.parent : null) === id);
    const items = [...asked.map((event) => ({ at: event.at, event })), ...loaded.map((event) => ({ at: event.at, event }))];
    return items.sort((one, other) => one.at - other.at).map(({ event }) => event);
  };
  const list = (id: number | null): HTMLElement | undefined => {
    const items = inside(id).map((event) => (event.event === "load" ? loadItem(event, list(event.id)) : decisionItem(event)));
    return items.length > 0 ? element("ul", {}, ...items) : undefined;
  };
  const whole = list(null);
  whole?.setAttribute("class", "tree");
  return whole ?? element("p", {}, "Nothing was imported.");
}

function loadItem(load: Load, below: HTMLElement | undefined): HTMLElement {
  const item = element("li", {}, element("code", {}, load.name), ` ${load.fresh ? "loaded fresh" : "shared"} in ${milliseconds(load.compile + load.run)}`);
  if (load.error !== null) {
    item.append(" ", element("span", { class: "answer denied" }, "failed"));
  }
  if (below) {
    item.append(below);
  }
  return item;
}

function decisionItem({ importer, name, answer, detail, rule }: Decision): HTMLElement {
  const who = importer ? `${importer.module}, line ${importer.line}` : "the host";
  return element(
    "li",
    {},
    `${who}, asks for `,
    element("code", {}, name),
    ": ",
    element("span", { class: `answer ${answer}` }, ANSWERS[answer]),
    detail ? ` ${detail}` : "",
    " ",
    element("span", { class: "rule" }, `by ${rule || "no mapper"}`),
  );
}

/** So many names of an object are shown. */
const SHOWN = 12;

/** What mappers added, with the names in it, and what became of each import so far. */
export function reach(events: LogEvent[], added: Map<string, string[]>): HTMLElement[] {
  const objects = [...added].map(([name, names]) => {
    const rest = names.length > SHOWN ? `, and ${names.length - SHOWN} more` : "";
    const inside = names.slice(0, SHOWN).flatMap((name, at) => [at > 0 ? ", " : ", with ", element("code", {}, name)]);
    return element("li", {}, element("code", {}, name), ...inside, rest);
  });
  const answers = new Map(decisionsOf(events).map((decision) => [`${decision.answer} ${decision.name}`, decision]));
  const decided = [...answers.values()].map(({ name, answer, detail }) =>
    element("li", {}, element("code", {}, name), ": ", element("span", { class: `answer ${answer}` }, ANSWERS[answer]), detail ? `, ${detail}` : ""),
  );
  return [...titled("added", "Added by mappers", objects), ...titled("decided", "Imports so far", decided)];
}

function titled(id: string, title: string, items: HTMLElement[]): HTMLElement[] {
  const list = items.length > 0 ? element("ul", { "aria-labelledby": id }, ...items) : element("p", {}, "None.");
  return [element("h3", { id }, title), list];
}

/** What there is in the files, and what each module imports. */
export function listing(modules: (ModuleInfo | PythonError)[], imports: Map<string, ImportInfo[] | string>): HTMLElement {
  const head = element("tr", {}, ...["Module", "Kind", "Imports"].map((title) => element("th", { scope: "col" }, title)));
  const rows = modules.map((module) => {
    if ("traceback" in module) {
      return element("tr", {}, element("td", { colspan: "3" }, String(module)));
    }
    const found = imports.get(module.name) ?? [];
    const names = typeof found === "string" ? found : found.map(({ name, item, line }) => `${item === null ? name : `${name}.${item}`} (${line})`).join(", ");
    return element("tr", {}, element("td", {}, element("code", {}, module.name)), element("td", {}, module.kind), element("td", {}, names));
  });
  return element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows));
}

/** How long loads of the module took. */
export function times(cold: Load | undefined, warm: Load[]): HTMLElement {
  const row = (title: string, value: string) => element("tr", {}, element("th", { scope: "row" }, title), element("td", { class: "number" }, value));
  if (!cold) {
    return element("p", {}, "The module was not loaded.");
  }
  const runs = warm.map((load) => load.compile + load.run).sort((one, other) => one - other);
  const middle = runs[Math.floor(runs.length / 2)];
  return element(
    "table",
    {},
    row("Found, read and compiled", milliseconds(cold.compile)),
    row("First load ran, imports and all", milliseconds(cold.run)),
    row(`Fresh loads afterwards, the middle one of ${runs.length}`, middle === undefined ? "none" : milliseconds(middle)),
  );
}
