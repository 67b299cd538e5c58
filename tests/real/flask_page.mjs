// `node flask_page.mjs PACKAGE BUNDLE` runs a bundle in the package for JavaScript.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [, , place, file] = process.argv;
const { createLoader } = await import(pathToFileURL(place).href);
const loader = await createLoader({
  bundle: new Uint8Array(readFileSync(file)),
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
});
process.exitCode = loader.run(loader.bundle.entry, loader.bundle.imports);
