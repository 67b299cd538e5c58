/** Exocet in a Web Worker, or a worker thread of Node: the same loader with promises, and a deadline that ends endless code. */

import { type Mark, pack, type Side, unpack } from "./crossing.js";
import { DeadlineError, LoaderError, PythonError } from "./errors.js";
import { fromBytes } from "./file.js";
import type { LogEvent } from "./host.js";
import { byMapper, Imports, passThrough } from "./imports.js";
import { compile, type WasmSource } from "./wasm.js";
import type { ImportInfo, ModuleInfo } from "./loader.js";
import type { Change, Ended, Failure, Report, Request } from "./messages.js";
import { ofNode } from "./node.js";
import type { PluginChange, PluginFailure, PluginGeneration, PluginHeld, PluginOptions, PluginReply, PluginSettings, PluginStatus } from "./plugins.js";
import { type Bundle, sourcesOf } from "./bundle.js";
import { labelled, type Labelled, type Source } from "./sources.js";
import type { Table } from "./tables.js";
import { answerWith, textOf } from "./waiting.js";

export * from "./api.js";

/** The tiers of the library. */
export type Library = "core" | "std";

/** Options of a loader in a worker. */
export interface WorkerLoaderOptions {
  sources?: Source | Source[];
  /** An application that `exocet bundle` made: its files come before the sources. */
  bundle?: Bundle | Uint8Array;
  /** What `snapshot` gave: the loader goes on from there, and the worker that follows one that was ended does too. */
  snapshot?: Uint8Array;
  /** What `compile` gave: modules that are as they were then are not compiled. */
  units?: Uint8Array;
  /** With a snapshot that has functions of the host's: imports with modules that have them. */
  imports?: Imports;
  /** The tier of the library; `"std"` if absent. */
  library?: Library;
  /** Where the files lie that are read when a program first asks for them, if not beside the package's code. */
  tables?: Partial<Record<Table, URL | string>>;
  /** The milliseconds after which a call is ended, if it has no deadline of its own; never, if absent. */
  deadline?: number;
  /**
   * A JavaScript module that the worker imports, whose exports can be passed to Python code by {@link fromSetup}: for classes, and for
   * functions where a page isn't isolated.
   */
  setup?: URL | string;
  stdout?: (text: string) => void;
  stderr?: (text: string) => void;
  log?: (event: LogEvent) => void;
  wasm?: WasmSource;
  /** Makes the worker of this package's `worker-entry.js`, where a bundler doesn't find it by itself. */
  worker?: () => Worker;
}

/** Options of a call. */
export interface CallOptions {
  /** The milliseconds after which the call is ended. */
  deadline?: number;
}

class SetupExport {
  constructor(readonly name: string) {}
}

/** An export of the module of `setup`, as a value for imports and arguments. */
export function fromSetup(name: string): unknown {
  return new SetupExport(name);
}

const URLS: Record<Library, () => URL> = {
  core: () => new URL("./core/exocet.wasm", import.meta.url),
  std: () => new URL("./std/exocet.wasm", import.meta.url),
};

/** A worker, of the web or of Node. */
interface Thread {
  post(request: Request): void;
  end(): void;
  /** Keeps the process alive while a call is under way. */
  busy(is: boolean): void;
}

interface Task {
  request: () => Request;
  deadline: number | undefined;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** A Python object in a worker. Its methods are those of a `PythonObject`, with promises. */
export class WorkerObject {
  /** @internal */
  constructor(
    readonly loader: WorkerLoader,
    /** @internal */
    readonly id: number,
    /** @internal */
    readonly generation: number,
    /** The name of its class. */
    readonly type: string,
  ) {}

  get(name: string): Promise<any> {
    return this.#ask("get", [name]);
  }
  object(name: string): Promise<WorkerObject> {
    return this.#ask("object", [name]) as Promise<WorkerObject>;
  }
  has(name: string): Promise<boolean> {
    return this.#ask("has", [name]) as Promise<boolean>;
  }
  set(name: string, value: unknown): Promise<void> {
    return this.#ask("set", [name, value]) as Promise<void>;
  }
  call(name: string, ...args: unknown[]): Promise<any> {
    return this.#ask("call", [name, ...args]);
  }
  callWith(name: string, args: unknown[], named: object = {}, options: { asObject?: boolean } & CallOptions = {}): Promise<any> {
    const { deadline, ...rest } = options;
    return this.#ask("callWith", [name, args, named, rest], deadline);
  }
  invoke(...args: unknown[]): Promise<any> {
    return this.#ask("invoke", args);
  }
  value(): Promise<any> {
    return this.#ask("value", []);
  }
  names(): Promise<string[]> {
    return this.#ask("names", []) as Promise<string[]>;
  }
  repr(): Promise<string> {
    return this.#ask("repr", []) as Promise<string>;
  }
  /** Lets the object go. */
  dispose(): void {
    this.loader.release(this.id, this.generation);
  }

  #ask(method: string, args: unknown[], deadline?: number): Promise<unknown> {
    return this.loader.perform(this, method, args, deadline);
  }
}

/** A realm in a worker. Its methods are those of a `Realm`, with promises. */
export class WorkerRealm {
  readonly #loader: WorkerLoader;
  /** Imports that resolve the realm's modules first, for other loads of the same loader. */
  readonly imports: Imports;

  /** @internal */
  constructor(loader: WorkerLoader, realm: WorkerObject) {
    this.#loader = loader;
    this.imports = byMapper(realm);
  }

  import(name: string, options: CallOptions = {}): Promise<WorkerObject> {
    return this.#loader.import(name, this.imports, options);
  }
}

/** Settings of plugins in a worker. */
export interface WorkerPluginSettings extends Omit<PluginSettings, "imports"> {
  imports?: Imports | WorkerObject;
}

/** Options of plugins in a worker. */
export interface WorkerPluginOptions extends Omit<PluginOptions, "imports"> {
  imports?: Imports | WorkerObject;
}

/**
 * Plugins in a worker. Their methods are those of `Plugins`, with promises, but for `onChange`: what calls return has the changes. After a
 * deadline they are gone, as all objects of the old worker are; a limit of time ends a plugin and leaves the others.
 */
export class WorkerPlugins {
  readonly #object: WorkerObject;

  /** @internal */
  constructor(object: WorkerObject) {
    this.#object = object;
  }

  configure(pattern: string, settings: WorkerPluginSettings): Promise<void> {
    return this.#ask("configure", pattern, settings) as Promise<void>;
  }
  load(): Promise<PluginChange[]> {
    return this.#ask("load") as Promise<PluginChange[]>;
  }
  poll(): Promise<PluginChange[]> {
    return this.#ask("poll") as Promise<PluginChange[]>;
  }
  reload(...names: string[]): Promise<PluginChange[]> {
    return this.#ask("reload", ...names) as Promise<PluginChange[]>;
  }
  enable(name: string): Promise<PluginChange[]> {
    return this.#ask("enable", name) as Promise<PluginChange[]>;
  }
  disable(name: string): Promise<PluginChange> {
    return this.#ask("disable", name) as Promise<PluginChange>;
  }
  status(): Promise<PluginStatus[]> {
    return this.#ask("status") as Promise<PluginStatus[]>;
  }
  failures(name?: string): Promise<PluginFailure[]> {
    return this.#ask("failures", name) as Promise<PluginFailure[]>;
  }
  order(hook?: string): Promise<string[]> {
    return this.#ask("order", hook) as Promise<string[]>;
  }
  callAll<T = any>(hook: string, ...args: unknown[]): Promise<PluginReply<T>[]> {
    return this.#ask("callAll", hook, ...args) as Promise<PluginReply<T>[]>;
  }
  first<T = any>(hook: string, ...args: unknown[]): Promise<T | null> {
    return this.#ask("first", hook, ...args) as Promise<T | null>;
  }
  chain<T = any>(hook: string, value: unknown, ...args: unknown[]): Promise<T> {
    return this.#ask("chain", hook, value, ...args) as Promise<T>;
  }
  held(name: string, generation?: number): Promise<PluginHeld> {
    return this.#ask("held", name, generation) as Promise<PluginHeld>;
  }
  generationOf(object: WorkerObject): Promise<PluginGeneration | undefined> {
    return this.#ask("generationOf", object) as Promise<PluginGeneration | undefined>;
  }
  get(name: string): Promise<WorkerObject | undefined> {
    return this.#ask("get", name) as Promise<WorkerObject | undefined>;
  }
  /** Lets the plugins go. */
  dispose(): void {
    this.#object.dispose();
  }

  #ask(method: string, ...args: unknown[]): Promise<unknown> {
    return this.#object.loader.perform(this.#object, method, args);
  }
}

/** A loader in a worker. Its methods are those of a `Loader`, with promises. */
export class WorkerLoader {
  /** The bundle that the loader was made with. */
  readonly bundle: Bundle | null;
  readonly #options: WorkerLoaderOptions;
  readonly #module: Promise<WebAssembly.Module>;
  readonly #sources: Labelled[];
  readonly #changes = new Map<string, Change>();
  readonly #queue: Task[] = [];
  readonly #functions = new Map<number, (...args: unknown[]) => unknown>();
  readonly #numbers = new WeakMap<object, number>();
  readonly #gone: FinalizationRegistry<{ id: number; generation: number }>;
  #sent = new Set<number>();
  #count = 0;
  #generation = 0;
  #thread: Thread | undefined;
  #current: { task: Task; timer: ReturnType<typeof setTimeout> | undefined } | undefined;
  #disposed = false;
  /** Answers that were too long for the memory that the worker gave. */
  #long: Uint8Array | undefined;
  #answering = 0;

  /** @internal */
  constructor(options: WorkerLoaderOptions) {
    this.#options = options;
    const taken = options.snapshot ? fromBytes(options.snapshot, true).about.sources.map(([label]) => label) : [];
    const { sources, bundle } = sourcesOf(options);
    this.bundle = bundle;
    this.#sources = labelled(sources, "app", taken);
    this.#gone = new FinalizationRegistry(({ id, generation }) => this.release(id, generation));
    this.#module = compile(URLS[options.library ?? "std"], options.wasm);
  }

  /** @internal */
  async start(): Promise<void> {
    // The worker's code arrives while WebAssembly's is compiled.
    const spawned = this.#spawn(this.#generation);
    const [module, thread] = await Promise.all([this.#module, spawned]).catch(async (error: unknown) => {
      (await spawned).end();
      throw error;
    });
    this.#thread = thread;
    const { snapshot, units, imports, setup, log } = this.#options;
    // Whatever waits for the worker comes after this.
    await this.#enqueue(() => ({
      kind: "start",
      module,
      sources: this.#sources,
      changes: [...this.#changes.values()],
      snapshot,
      units,
      imports: imports && pack(imports, this.#side),
      setup: setup === undefined ? undefined : String(setup),
      log: log !== undefined,
      tables: {
        "names.txt": String(this.#options.tables?.["names.txt"] ?? new URL("./names.txt", import.meta.url)),
        "encodings.wasm": String(this.#options.tables?.["encodings.wasm"] ?? new URL("./encodings.wasm", import.meta.url)),
      },
    }), undefined, true);
  }

  load(name: string, imports: Imports | WorkerObject = passThrough, options: CallOptions = {}): Promise<WorkerObject> {
    return this.perform(undefined, "load", [name, imports], options.deadline) as Promise<WorkerObject>;
  }
  async loadPackage(name: string, imports: Imports | WorkerObject = passThrough, options: CallOptions = {}): Promise<WorkerRealm> {
    return new WorkerRealm(this, (await this.perform(undefined, "loadPackage", [name, imports], options.deadline)) as WorkerObject);
  }
  import(name: string, imports: Imports | WorkerObject = passThrough, options: CallOptions = {}): Promise<WorkerObject> {
    return this.perform(undefined, "import", [name, imports], options.deadline) as Promise<WorkerObject>;
  }
  async plugins(options: WorkerPluginOptions = {}): Promise<WorkerPlugins> {
    return new WorkerPlugins((await this.perform(undefined, "plugins", [options])) as WorkerObject);
  }
  run(name: string, imports: Imports | WorkerObject = passThrough, options: CallOptions = {}): Promise<number> {
    return this.perform(undefined, "run", [name, imports], options.deadline) as Promise<number>;
  }
  contains(name: string, imports: Imports | WorkerObject = passThrough): Promise<boolean> {
    return this.perform(undefined, "contains", [name, imports]) as Promise<boolean>;
  }
  unused(imports: Imports): Promise<string[]> {
    return this.perform(undefined, "unused", [imports]) as Promise<string[]>;
  }
  modules(options: { within?: string; deep?: boolean } = {}): Promise<(ModuleInfo | PythonError)[]> {
    return this.perform(undefined, "modules", [options]) as Promise<(ModuleInfo | PythonError)[]>;
  }
  find(name: string): Promise<ModuleInfo> {
    return this.perform(undefined, "find", [name]) as Promise<ModuleInfo>;
  }
  source(name: string): Promise<string | undefined> {
    return this.perform(undefined, "source", [name]) as Promise<string | undefined>;
  }
  imports(name: string): Promise<ImportInfo[]> {
    return this.perform(undefined, "imports", [name]) as Promise<ImportInfo[]>;
  }
  exports(name: string): Promise<string[]> {
    return this.perform(undefined, "exports", [name]) as Promise<string[]>;
  }
  attributes(name: string): Promise<string[]> {
    return this.perform(undefined, "attributes", [name]) as Promise<string[]>;
  }
  async write(path: string, content: string | Uint8Array, label?: string): Promise<void> {
    await this.perform(undefined, "write", [path, content, label]);
    this.#changed({ path, content, label });
  }
  async remove(path: string, label?: string): Promise<boolean> {
    const removed = (await this.perform(undefined, "remove", [path, label])) as boolean;
    this.#changed({ path, content: undefined, label });
    return removed;
  }
  snapshot(modules: Record<string, WorkerObject> = {}): Promise<Uint8Array> {
    return this.perform(undefined, "snapshot", [modules]) as Promise<Uint8Array>;
  }
  compile(...names: string[]): Promise<Uint8Array> {
    return this.perform(undefined, "compile", names) as Promise<Uint8Array>;
  }
  kept(name: string): Promise<WorkerObject> {
    return this.perform(undefined, "kept", [name]) as Promise<WorkerObject>;
  }
  memory(): Promise<number> {
    return this.perform(undefined, "memory", []) as Promise<number>;
  }

  /** Ends the worker. The loader can't be used afterwards. */
  dispose(): void {
    this.#giveUp(new LoaderError("the loader was disposed of"));
  }

  /** Notes a change of the files, for the worker that may come after this one. */
  #changed(change: Change): void {
    this.#changes.set(JSON.stringify([change.label, change.path]), change);
  }

  /** Calls a method in the worker, after the calls before it. @internal */
  perform(target: WorkerObject | undefined, method: string, args: unknown[], deadline = this.#options.deadline): Promise<unknown> {
    if (this.#answering > 0) {
      return Promise.reject(new LoaderError("Python code waits for a function of this page's, which can't use the loader meanwhile"));
    }
    return this.#enqueue(() => {
      this.#check(target);
      return { kind: "call", object: target?.id, method, args: args.map((arg) => pack(arg, this.#side)) };
    }, deadline).then((value) => unpack(value, this.#side));
  }

  /** @internal */
  release(object: number, generation: number): void {
    if (generation === this.#generation) {
      this.#thread?.post({ kind: "release", object });
    }
  }

  #check(object: WorkerObject | undefined): void {
    if (object && object.loader !== this) {
      throw new LoaderError("the Python object belongs to another loader");
    }
    if (object && object.generation !== this.#generation) {
      throw new LoaderError("the worker that had the Python object was ended");
    }
  }

  readonly #side: Side = {
    mark: (value) => {
      if (value instanceof WorkerObject) {
        this.#check(value);
        return { $: "object", id: value.id, type: value.type };
      }
      if (value instanceof SetupExport) {
        return { $: "setup", name: value.name };
      }
      if (value instanceof Imports) {
        return this.#markImports(value);
      }
      if (typeof value === "function" && !/^class\b/.test(Function.prototype.toString.call(value))) {
        const id = this.#number(value);
        this.#functions.set(id, value as (...args: unknown[]) => unknown);
        return { $: "function", id };
      }
      return undefined;
    },
    value: (mark) => {
      if (mark.$ === "error") {
        return revived(mark.failure);
      }
      if (mark.$ !== "object") {
        return undefined;
      }
      const object = new WorkerObject(this, mark.id, this.#generation, mark.type);
      this.#gone.register(object, { id: mark.id, generation: this.#generation });
      return object;
    },
  };

  /** Imports keep their number, so that the worker has one realm for one description. */
  #markImports(imports: Imports): Mark {
    const id = this.#number(imports);
    if (this.#sent.has(id)) {
      return { $: "imports", id };
    }
    this.#sent.add(id);
    return { $: "imports", id, base: pack(imports.base, this.#side), last: imports.last && pack(imports.last, this.#side) };
  }

  #number(value: object): number {
    let number = this.#numbers.get(value);
    if (number === undefined) {
      number = ++this.#count;
      this.#numbers.set(value, number);
    }
    return number;
  }

  #enqueue(request: () => Request, deadline?: number, first = false): Promise<unknown> {
    if (this.#disposed) {
      return Promise.reject(new LoaderError("the loader was disposed of"));
    }
    return new Promise((resolve, reject) => {
      const task = { request, deadline, resolve, reject };
      this.#queue[first ? "unshift" : "push"](task);
      this.#next();
    });
  }

  #next(): void {
    while (!this.#current && this.#thread && this.#queue.length > 0) {
      const task = this.#queue.shift() as Task;
      const sent = new Set(this.#sent);
      try {
        this.#thread.post(task.request());
        this.#thread.busy(true);
      } catch (error) {
        // The worker got nothing of it, descriptions of imports neither.
        this.#sent = sent;
        task.reject(error);
        continue;
      }
      const { deadline } = task;
      const late = () => this.#restart(new DeadlineError(`the call took longer than ${deadline} ms, and its worker was ended`));
      this.#current = { task, timer: deadline === undefined ? undefined : setTimeout(late, deadline) };
    }
  }

  /** Ends the worker, and puts a fresh one in its place. */
  #restart(error: Error): void {
    this.#end(error);
    this.start().catch((failed: unknown) => this.#giveUp(failed));
  }

  #giveUp(error: unknown): void {
    this.#disposed = true;
    this.#end(error);
    this.#queue.splice(0).forEach((task) => task.reject(error));
  }

  #end(error: unknown): void {
    this.#thread?.end();
    this.#thread = undefined;
    this.#generation += 1;
    this.#sent = new Set();
    this.#answering = 0;
    const current = this.#current;
    this.#current = undefined;
    if (current) {
      clearTimeout(current.timer);
      current.task.reject(error);
    }
  }

  async #spawn(generation: number): Promise<Thread> {
    const url = new URL(/* @vite-ignore */ /* webpackIgnore: true */ "./worker-entry.js", import.meta.url);
    const hear = (report: Report) => {
      // The last words of one that was ended.
      if (generation === this.#generation) {
        this.#hear(report);
      }
    };
    const broke = (why: string) => {
      if (generation === this.#generation && !this.#disposed) {
        this.#giveUp(new LoaderError(`the worker broke down: ${why}`));
      }
    };
    if (!this.#options.worker && typeof process === "object" && process.versions?.node) {
      const { Worker } = await ofNode<typeof import("node:worker_threads")>("worker_threads");
      // Python code that calls itself needs the stack that it has in a browser's worker.
      const worker = new Worker(url, { resourceLimits: { stackSizeMb: 8 } });
      worker.on("message", hear);
      worker.on("error", (error: Error) => broke(error.message));
      const busy = (is: boolean) => (is ? worker.ref() : worker.unref());
      busy(false);
      return { post: (request) => worker.postMessage(request), end: () => void worker.terminate(), busy };
    }
    const worker = this.#options.worker?.() ?? new Worker(new URL("./worker-entry.js", import.meta.url), { type: "module" });
    worker.onmessage = (event) => hear(event.data as Report);
    worker.onerror = (event) => broke(event.message);
    return { post: (request) => worker.postMessage(request), end: () => worker.terminate(), busy: () => {} };
  }

  #hear(report: Report): void {
    switch (report.kind) {
      case "print":
        (report.toStderr ? this.#options.stderr : this.#options.stdout)?.(report.text);
        break;
      case "event":
        this.#options.log?.(report.event);
        break;
      case "function":
        void this.#answer(report);
        break;
      case "again":
        answerWith(report.shared, this.#long ?? new Uint8Array());
        break;
      case "ended":
        this.#ended(report.ended);
        break;
    }
  }

  async #answer({ id, args, shared }: Extract<Report, { kind: "function" }>): Promise<void> {
    let text: Uint8Array;
    this.#answering += 1;
    try {
      const called = this.#functions.get(id) as (...args: unknown[]) => unknown;
      const value = await called(...args.map((arg) => unpack(arg, this.#side)));
      text = textOf({ value: pack(value, this.#side) });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const known = error instanceof PythonError;
      text = textOf(known ? { type: error.type, message } : { message: error instanceof Error ? `${error.name}: ${message}` : message });
    }
    this.#answering = Math.max(0, this.#answering - 1);
    this.#long = text;
    answerWith(shared, text);
  }

  #ended(ended: Ended): void {
    const current = this.#current;
    this.#current = undefined;
    this.#thread?.busy(false);
    if (current) {
      clearTimeout(current.timer);
      if ("error" in ended) {
        current.task.reject(revived(ended.error));
      } else {
        current.task.resolve(ended.value);
      }
    }
    this.#next();
  }
}

function revived(failure: Failure): Error {
  if (failure.kind === "python") {
    return new PythonError(failure.raised, undefined);
  }
  const made = failure.kind === "loader" ? new LoaderError(failure.message) : failure.kind === "type" ? new TypeError(failure.message) : new Error(failure.message);
  if (failure.kind === "other") {
    Object.defineProperty(made, "name", { value: failure.name });
  }
  return made;
}

/** Makes a loader in a worker. */
export async function createWorkerLoader(options: WorkerLoaderOptions = {}): Promise<WorkerLoader> {
  const loader = new WorkerLoader(options);
  await loader.start();
  return loader;
}
