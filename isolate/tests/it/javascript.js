// What `javascript.rs` has Node do.
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [built, wasm, folder, app] = process.argv.slice(1);
const { Guest, passThrough, Snapshot } = await import(pathToFileURL(built));
const guest = await Guest.compile(readFileSync(wasm));
const imports = passThrough.with({ host: { shout: (text) => text.toUpperCase() } });
const theirs = Snapshot.open(readFileSync(`${folder}/rust.snapshot`), guest, imports);
console.log(theirs.isolate().module("app").call("reply", "from Rust"));
const ours = Snapshot.build(guest, { sources: { "app.py": app }, load: ["app"], imports });
writeFileSync(`${folder}/javascript.snapshot`, ours.toBytes());
