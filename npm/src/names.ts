// The names of Unicode, which the interpreter asks for.

import { LoaderError } from "./errors.js";

/** What characters are called. */
export class Names {
  readonly #names = new Map<number, string>();
  /** Characters whose names end with their number. */
  readonly #numbered: { from: number; to: number; name: string }[] = [];
  /** Made when it is needed. */
  #characters: Map<string, number> | undefined;

  /** Reads a table, as `wasm/names` writes it. */
  constructor(table: string) {
    if (!table.startsWith("@20\nSPACE\n")) {
      throw new LoaderError("names.txt is none of this package's");
    }
    let next = 0;
    for (const line of table.trimEnd().split("\n")) {
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
