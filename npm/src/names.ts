// The names of Unicode, which the interpreter asks for: a table of its own, as few programs have a need of it.

import { LoaderError } from "./errors.js";
import { ofNode } from "./node.js";

/** What characters are called. */
export class Names {
  readonly #names = new Map<number, string>();
  /** Characters whose names end with their number. */
  readonly #numbered: { from: number; to: number; name: string }[] = [];
  /** Made when it is needed. */
  #characters: Map<string, number> | undefined;

  /** Reads a table, as `wasm/names` writes it. */
  constructor(text: string) {
    let next = 0;
    for (const line of text.split("\n")) {
      const place = /^@([0-9A-F]+)(?: ([0-9A-F]+) (.*))?$/.exec(line);
      if (!place) {
        this.#names.set(next, line);
        next += 1;
      } else if (place[2] === undefined) {
        next = parseInt(place[1] as string, 16);
      } else {
        this.#numbered.push({ from: parseInt(place[1] as string, 16), to: parseInt(place[2], 16), name: place[3] as string });
      }
    }
    // The end of the last line is none.
    this.#names.delete(next - 1);
  }

  /** The name of a character. */
  of(character: string): string | undefined {
    const number = character.codePointAt(0) as number;
    const run = this.#numbered.find(({ from, to }) => from <= number && number <= to);
    return run ? run.name + number.toString(16).toUpperCase() : this.#names.get(number);
  }

  /** The character of a name, which is in capitals. */
  named(name: string): string | undefined {
    this.#characters ??= new Map([...this.#names].map(([number, name]) => [name, number]));
    const number = this.#characters.get(name) ?? parseInt(/-([0-9A-F]{4,6})$/.exec(name)?.[1] ?? "", 16);
    const character = number <= 0x10ffff ? String.fromCodePoint(number) : undefined;
    return character !== undefined && this.of(character) === name ? character : undefined;
  }
}

const tables = new WeakMap<() => string, Names>();

/** The table of that text, which is read once. */
export function namesOf(read: () => string): Names {
  let names = tables.get(read);
  if (!names) {
    names = new Names(read());
    tables.set(read, names);
  }
  return names;
}

/** What reads the file that lies there, at once. Where a platform can't do that, the table has to be given. @internal */
export async function readerOf(beside: () => URL): Promise<() => string> {
  const isNode = typeof process === "object" && process.versions?.node;
  const files = isNode ? await ofNode<typeof import("node:fs")>("fs").catch(() => undefined) : undefined;
  return () => {
    const url = beside();
    if (files && url.protocol === "file:") {
      return files.readFileSync(url, "utf8");
    }
    if (typeof XMLHttpRequest !== "function") {
      throw new LoaderError("the names of Unicode can't be read here: give `unicodeNames`");
    }
    const request = new XMLHttpRequest();
    request.open("GET", url, false);
    request.send();
    if (request.status !== 200) {
      throw new LoaderError(`the names of Unicode can't be read: ${url} is answered with ${request.status}`);
    }
    return request.responseText;
  };
}
