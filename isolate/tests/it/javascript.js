// What `javascript.rs` has Node do.
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [built, folder, app] = process.argv.slice(1);
const { createLoader, passThrough } = await import(pathToFileURL(built));
const imports = passThrough.with({ host: { shout: (text) => text.toUpperCase() } });
const theirs = await createLoader({ snapshot: readFileSync(`${folder}/rust.snapshot`), imports });
console.log(theirs.kept("app").call("reply", "from Rust"));
const loader = await createLoader({ sources: { "app.py": app } });
writeFileSync(`${folder}/javascript.snapshot`, await loader.snapshot({ app: loader.load("app", imports) }));
