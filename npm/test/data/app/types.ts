import { answer, createLoader, type ImportRequest, passThrough, type PluginChange, Plugins, PythonError, type PythonObject, type Realm } from "exocet";
import { createLoader as createSmallLoader } from "exocet/core";
import { byMapper, createWorkerLoader, DeadlineError, fromSetup, type WorkerObject, type WorkerPlugins, type WorkerRealm } from "exocet/worker";

const loader = await createLoader({ sources: [{ "a.py": "x = 1" }, new Uint8Array()], stdout: (text) => text.length, log: (event) => event.event === "load" && event.hash });
const imports = passThrough.ask((request: ImportRequest) => (request.name === "os" ? answer.denied("no") : answer.attenuated(answer.passThrough, ["x"]))).with({ f: (n: number) => n });
try {
  const realm: Realm = loader.loadPackage("pk", imports.withPolicy({ default: "allow" }));
  const module: PythonObject = loader.load("a", realm.imports.with("inner", realm.import("pk.inner")));
  const value: number = module.get("x");
  module.callWith("f", [value], { named: 1 });
} catch (error) {
  if (error instanceof PythonError) {
    const line: number | undefined = error.importChain[0]?.line ?? error.frames.at(-1)?.line;
    throw new Error(String(line));
  }
}
const small = await createSmallLoader();
const names: string[] = small.modules({ deep: true }).flatMap((found) => ("traceback" in found ? [] : [found.name]));
const worker = await createWorkerLoader({ library: "core", deadline: 10 });
const object: WorkerObject = await worker.load("a", passThrough.with("h", fromSetup("h")), { deadline: 5 });
const context: WorkerRealm = await worker.loadPackage("pk", byMapper(object), { deadline: 5 });
await worker.load("a", context.imports);
const result: number = await object.call("f", names);
const plugins: Plugins = loader.plugins({ package: "bot.plugins", imports, limits: { recursion: 100 }, onFailure: 3 });
plugins.configure("*", { policy: { default: "deny" }, share: ["bot.*"] });
const kept: string[] = plugins.poll().flatMap(({ what, error }: PluginChange) => (what === "kept" && error !== null ? [error] : []));
for (const reply of plugins.callAll<string>("reply", ...kept)) {
  const shown: string = reply.error ? reply.error.traceback : reply.result;
  plugins.onChange(() => shown)();
}
const far: WorkerPlugins = await worker.plugins({ group: "bot", imports: object });
const chained: number = (await far.callAll<number>("reply"))[0]?.result ?? (await far.chain<number>("grow", 1));
// @ts-expect-error what a plugin does is no text of any kind
plugins.configure("*", { onFailure: "ignore" });
// @ts-expect-error a source is no number
await createLoader({ sources: 5 });
// @ts-expect-error a package is loaded by `loadPackage`
loader.load("pk", imports, { asPackage: true });
// @ts-expect-error an answer is made by `answer`
passThrough.ask(() => 5);
export { chained, DeadlineError, result };
