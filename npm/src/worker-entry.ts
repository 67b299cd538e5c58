// The worker: a loader that runs what the page requests.

import { pack, type Mark, type Side, unpack } from "./crossing.js";
import { LoaderError, PythonError } from "./errors.js";
import { Imports } from "./imports.js";
import { Loader } from "./loader.js";
import type { Failure, Report, Request } from "./messages.js";
import { ofNode } from "./node.js";
import { PythonObject } from "./object.js";
import { Plugins } from "./plugins.js";
import { Realm } from "./realm.js";
import { readerOf } from "./tables.js";
import { waitFor } from "./waiting.js";

interface Port {
  postMessage(message: unknown): void;
  onRequest(handle: (request: Request) => void): void;
}

async function openPort(): Promise<Port> {
  if (typeof process === "object" && process.versions?.node) {
    const { parentPort } = await ofNode<typeof import("node:worker_threads")>("worker_threads");
    const port = parentPort as NonNullable<typeof parentPort>;
    return { postMessage: (message) => port.postMessage(message), onRequest: (handle) => void port.on("message", handle) };
  }
  const scope = self as unknown as { postMessage(message: unknown): void; onmessage: ((event: MessageEvent) => void) | null };
  return {
    postMessage: (message) => scope.postMessage(message),
    onRequest: (handle) => void (scope.onmessage = (event) => handle(event.data as Request)),
  };
}

const objects = new Map<number, PythonObject | Plugins>();
const imports = new Map<number, Imports>();
let count = 0;
let exported: Record<string, unknown> = {};
let loader: Loader | undefined;

let report: (message: Report) => void;

const side: Side = {
  mark(value) {
    if (value instanceof PythonError) {
      return { $: "error", failure: failure(value) };
    }
    const object = value instanceof Realm ? value.imports.base : value;
    if (!(object instanceof PythonObject || object instanceof Plugins)) {
      return undefined;
    }
    const id = ++count;
    objects.set(id, object);
    return { $: "object", id, type: object instanceof Plugins ? "Plugins" : object.type };
  },
  value(mark: Mark) {
    switch (mark.$) {
      case "object": {
        const object = objects.get(mark.id);
        if (!object) {
          throw new LoaderError("the Python object was let go");
        }
        return object;
      }
      case "function":
        return (...args: unknown[]) => callPage(mark.id, args);
      case "imports": {
        let found = imports.get(mark.id);
        if (!found) {
          found = new Imports(unpack(mark.base, side) as Imports, unpack(mark.last, side) as NonNullable<Imports["last"]>);
          imports.set(mark.id, found);
        }
        return found;
      }
      case "setup":
        if (!Object.hasOwn(exported, mark.name)) {
          throw new TypeError(`the module of \`setup\` exports no \`${mark.name}\``);
        }
        return exported[mark.name];
      default:
        return undefined;
    }
  },
};

function callPage(id: number, args: unknown[]): unknown {
  if (typeof SharedArrayBuffer === "undefined") {
    throw new LoaderError(
      "a function of the page's can be called from a worker where the page is isolated (COOP and COEP headers); use `setup` otherwise",
    );
  }
  const packed = args.map((arg) => pack(arg, side));
  const ended = waitFor((shared, again) =>
    report(again ? { kind: "again", shared } : { kind: "function", id, args: packed, shared }),
  ) as { value: unknown } | { type?: string; message: string };
  if ("value" in ended) {
    return unpack(ended.value, side);
  }
  throw ended.type === undefined ? new Error(ended.message) : new PythonError(ended.type, ended.message);
}

function failure(error: unknown): Failure {
  if (error instanceof PythonError) {
    const { types, message, traceback, frames, importChain, exitCode } = error;
    return {
      kind: "python",
      message,
      raised: { types: [...types], message, traceback, frames: [...frames], importChain: [...importChain], exitCode },
    };
  }
  const kind = error instanceof LoaderError ? "loader" : error instanceof TypeError ? "type" : "other";
  const { name, message } = error instanceof Error ? error : { name: "Error", message: String(error) };
  return { kind, name, message };
}

async function perform(request: Request): Promise<unknown> {
  if (request.kind === "start") {
    if (request.setup !== undefined) {
      exported = (await import(/* @vite-ignore */ /* webpackIgnore: true */ request.setup)) as Record<string, unknown>;
    }
    const { tables } = request;
    loader = await Loader.create(request.module, {
      sources: request.sources.map(({ label, files, isLibrary: library }) => ({ label, library, files: Object.fromEntries(files) })),
      ...(request.snapshot && { snapshot: request.snapshot }),
      ...(request.units && { units: request.units }),
      ...(request.imports !== undefined && { imports: unpack(request.imports, side) as Imports }),
      stdout: (text) => report({ kind: "print", toStderr: false, text }),
      stderr: (text) => report({ kind: "print", toStderr: true, text }),
      tables: await readerOf({ "names.txt": () => new URL(tables["names.txt"]), "encodings.wasm": () => new URL(tables["encodings.wasm"]) }),
      ...(request.log && { log: (event) => report({ kind: "event", event }) }),
    });
    for (const { path, content, label } of request.changes) {
      content === undefined ? loader.remove(path, label) : loader.write(path, content, label);
    }
    return undefined;
  }
  if (request.kind === "release") {
    objects.get(request.object)?.dispose();
    objects.delete(request.object);
    return undefined;
  }
  const target = request.object === undefined ? loader : side.value({ $: "object", id: request.object, type: "" });
  const member = (target as unknown as Record<string, unknown>)[request.method];
  const result: unknown = await (typeof member === "function" ? member.apply(target, request.args.map((arg) => unpack(arg, side))) : member);
  return pack(result, side);
}

// Without `await`, which is no part of a script, and some bundlers make a script of a worker.
void openPort().then((port) => {
  report = (message) => port.postMessage(message);
  port.onRequest((request) => {
    perform(request).then(
      (value) => request.kind !== "release" && report({ kind: "ended", ended: { value } }),
      (error: unknown) => report({ kind: "ended", ended: { error: failure(error) } }),
    );
  });
});
