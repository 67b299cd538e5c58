import wasm from "exocet.wasm";
import { createLoader } from "exocet";
import encodings from "encodings.wasm";
import names from "exocet/names.txt";
import { onThisThread } from "./app.js";

const tables = (file) => (file === "names.txt" ? new TextEncoder().encode(names) : encodings);

// Before the first request there is no randomness.
const early = await createLoader({
  wasm,
  random: (bytes) => bytes.fill(7),
  sources: { "plugin.py": "def greet(name): return f'hello, {name}'" },
});

export default {
  async fetch(request) {
    const name = new URL(request.url).searchParams.get("name");
    return Response.json(name === null ? await onThisThread({ wasm, tables }) : early.load("plugin").call("greet", name));
  },
};
