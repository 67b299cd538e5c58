// The Python scripts of the suite, with the files that they load and what they print; see tests/it/scripts.rs.

import { readdirSync, readFileSync } from "node:fs";

const folder = new URL("../../tests/scripts/", import.meta.url);

/** The scripts, each `{ name, text, expected, files }`. */
export function scripts() {
  return readdirSync(folder).filter((name) => name.endsWith(".py")).sort().map(read);
}

function read(name) {
  const text = readFileSync(new URL(name, folder), "utf8");
  const files = {};
  let [expected, last] = ["", undefined];
  for (const line of text.split("\n")) {
    if (line !== "" && !line.startsWith("#")) {
      break;
    }
    const after = (start) => (line.startsWith(start) ? line.slice(start.length) : undefined);
    const file = after("# file: ");
    const content = after("# | ") ?? after("# |");
    const printed = after("# > ") ?? after("# >");
    if (file !== undefined) {
      last = file;
      files[file] = "";
    } else if (content !== undefined) {
      files[last] += `${content}\n`;
    } else if (printed !== undefined) {
      expected += `${printed}\n`;
    }
  }
  return { name, text, expected, files };
}
