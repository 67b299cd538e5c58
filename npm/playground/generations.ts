// The plugins of the files in `live/`: each edit of one makes a new generation, or leaves the old one at work.

import { DeadlineError, LoaderError, type PluginChange, type PluginReply, type PluginStatus, type WorkerLoader, type WorkerObject, type WorkerPlugins } from "../src/worker.js";
import { element } from "./views.js";

/** The package whose modules are plugins. */
const PACKAGE = "live";
const [HOOK, ARGUMENT] = ["reply", "Ann"];

export function isLive(file: string): boolean {
  return file.startsWith(`${PACKAGE}/`);
}

/** Why the last edit of a plugin was refused, and where. */
interface Refused {
  message: string;
  file: string;
  line: number;
}

export class Generations {
  readonly #section: HTMLElement;
  readonly #news: HTMLElement;
  readonly #table: HTMLElement;
  readonly #go: (file: string, line: number) => void;
  #plugins: WorkerPlugins | undefined;
  #refused = new Map<string, Refused>();

  /** `go` leads to a line of a file. */
  constructor(section: HTMLElement, go: (file: string, line: number) => void) {
    this.#section = section;
    this.#news = section.querySelector("[role=status]") as HTMLElement;
    this.#table = section.querySelector("div:not([role])") as HTMLElement;
    this.#go = go;
  }

  /** The mistakes of a file, for which an edit was refused. */
  mistakesOf(name: string): { line: number; column: null; message: string }[] {
    return [...this.#refused.values()].filter(({ file }) => file === name).map(({ line, message }) => ({ line, column: null, message }));
  }

  /** Ends all of them. */
  forget(): void {
    this.#plugins?.dispose();
    this.#plugins = undefined;
    this.#refused.clear();
    this.#news.replaceChildren();
    this.#table.replaceChildren();
    this.#section.hidden = true;
  }

  /** Loads what is new or has changed, imported by that mapper, if one is given. Shows what became of it. */
  async update(loader: WorkerLoader, mapper?: WorkerObject): Promise<void> {
    try {
      await this.#update(loader, mapper);
    } catch (error) {
      this.#plugins = undefined;
      if (error instanceof LoaderError) {
        // Its worker was ended meanwhile, by something else.
        return this.#update(loader, mapper);
      }
      this.#table.replaceChildren();
      const why = error instanceof DeadlineError ? "A plugin took longer than five seconds, and its interpreter was ended" : `The plugins can't be loaded: ${String(error)}`;
      this.#tell([`${why}. The next edit starts all of them anew.`]);
    }
  }

  async #update(loader: WorkerLoader, mapper: WorkerObject | undefined): Promise<void> {
    this.#section.hidden = false;
    this.#plugins ??= await loader.plugins({ package: PACKAGE });
    if (mapper) {
      await this.#plugins.configure("*", { imports: mapper });
    }
    const changes = await this.#plugins.poll();
    const replies = await this.#plugins.callAll(HOOK, ARGUMENT);
    const status = await this.#plugins.status();
    for (const change of changes) {
      this.#refused.delete(change.plugin);
      if (change.error !== null) {
        this.#refused.set(change.plugin, refused(change, status));
      }
    }
    if (changes.length > 0) {
      this.#tell(changes.map(sentence));
    }
    this.#table.replaceChildren(this.#view(status, replies));
  }

  #tell(sentences: string[]): void {
    this.#news.replaceChildren(...sentences.map((sentence) => element("p", {}, sentence)));
  }

  #view(status: PluginStatus[], replies: PluginReply[]): HTMLElement {
    const call = element("code", {}, `${HOOK}("${ARGUMENT}")`);
    const head = element("tr", {}, ...["Plugin", "At work", call].map((title) => element("th", { scope: "col" }, title)));
    const rows = status.flatMap(({ name, state, generation }) => {
      const atWork = state === "loaded" ? `generation ${generation}` : "none";
      const reply = replies.find(({ plugin }) => plugin === name);
      const row = element("tr", {}, element("th", { scope: "row" }, element("code", {}, name)), element("td", {}, atWork), answer(reply));
      const why = this.#refused.get(name);
      return why ? [row, element("tr", { class: "refused" }, this.#reason(why))] : [row];
    });
    return element("table", { "aria-labelledby": "generations" }, element("thead", {}, head), element("tbody", {}, ...rows));
  }

  #reason({ message, file, line }: Refused): HTMLElement {
    const place = element("button", { type: "button", class: "place" }, `${file}, line ${line}`);
    place.addEventListener("click", () => this.#go(file, line));
    return element("td", { colspan: "3" }, element("strong", {}, message), " ", place);
  }
}

function answer(reply: PluginReply | undefined): HTMLElement {
  if (!reply) {
    return element("td", {}, "no such function");
  }
  return reply.error ? element("td", { class: "refused" }, String(reply.error)) : element("td", {}, element("code", {}, JSON.stringify(reply.result)));
}

/** What became of a plugin, in words. */
function sentence({ plugin, what, generation, error }: PluginChange): string {
  switch (what) {
    case "loaded":
    case "replaced":
      return `${plugin}: generation ${generation} is at work.`;
    case "kept":
      return `${plugin}: the edit is refused, and generation ${generation} stays at work. ${error}`;
    case "failed":
      return `${plugin}: not loaded. ${error}`;
    default:
      return `${plugin}: out of use.`;
  }
}

/** Where an error stands: the innermost place of its traceback that is a file of ours, or the plugin's first line. */
function refused({ plugin, error, traceback }: PluginChange, status: PluginStatus[]): Refused {
  const own = status.find(({ name }) => name === plugin)?.origin ?? "";
  const places = [...(traceback ?? "").matchAll(/File "<app>\/(.+?)", line (\d+)/g)].map(([, file, line]) => [file, line]);
  // The message of an error of syntax names the last part of the path.
  const written = /\((\S+), line (\d+)\)$/.exec(error ?? "");
  const [file, line] = places.at(-1) ?? (written && own.endsWith(`/${written[1]}`) ? [own, written[2]] : [own, "1"]);
  return { message: (error ?? "").replace(written?.[0] ?? "", "").trim(), file: (file as string).replace(/^<app>\//, ""), line: Number(line) };
}
