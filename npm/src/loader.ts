// The loader: an instance of the WebAssembly module, with errors, objects and mappers as JavaScript has them.

import { LoaderError, PythonError } from "./errors.js";
import { Host, type HostOptions } from "./host.js";
import { type Answer, Imports, type ImportRequest, passThrough } from "./imports.js";
import { compile, type Glue, instantiate, type RawLoader, type Tier, type WasmSource } from "./instance.js";
import { type Calls, idOf, PythonObject } from "./object.js";
import { Realm } from "./realm.js";
import { labelled, type Labelled, type Source } from "./sources.js";

/** Options of a loader. */
export interface LoaderOptions extends HostOptions {
  /** The source of the modules, or several; the first that has a module counts. */
  sources?: Source | Source[];
  /** The WebAssembly module, where it is not beside this package's code. */
  wasm?: WasmSource;
}

/** A module that exists in a source; nothing was run to find it. */
export interface ModuleInfo {
  name: string;
  kind: "module" | "package" | "namespace";
  /** Its `__file__`, once it is loaded. */
  origin: string | null;
}

/** An import statement, or one name of a `from ... import`. */
export interface ImportInfo {
  /** The absolute name of the imported module. */
  name: string;
  /** The name that `from` takes out of it; `*` for all. */
  item: string | null;
  alias: string | null;
  level: number;
  line: number;
  column: number;
  /** When it runs: with the module; with the module, and its failure is caught; when a function is called; never, under `if TYPE_CHECKING`; never, for another reason in the text. */
  kind: "top-level" | "try" | "function" | "type-checking" | "never";
  /** There for a `lazy import`, which runs at once. */
  lazy?: true;
}

/** Loads modules: each load makes a fresh module object, and {@link Imports} decide what it imports. */
export class Loader {
  #raw: RawLoader | undefined;
  #memory: WebAssembly.Memory | undefined;
  readonly #host: Host;
  readonly #calls: Calls;
  readonly #sources: Labelled[];
  readonly #mappers = new WeakMap<Imports | PythonObject, number>();
  readonly #gone: FinalizationRegistry<number>;

  /** @internal */
  private constructor(options: LoaderOptions) {
    this.#sources = labelled([options.sources ?? []].flat() as Source[], "app");
    this.#calls = {
      get: (id, name, asObject) => this.#run((raw) => raw.get(id, name, asObject)),
      has: (id, name) => this.#run((raw) => raw.has(id, name)),
      set: (id, name, value) => this.#run((raw) => raw.set(id, name, value)),
      call: (id, name, args, named, asObject) => this.#run((raw) => raw.call(id, name, args, named, asObject)),
      value: (id) => this.#run((raw) => raw.value(id)),
      repr: (id) => this.#run((raw) => raw.repr(id)),
      names: (id) => this.#run((raw) => raw.names(id)),
      letGo: (id) => this.#finish((raw) => raw.letGo(id)),
    };
    this.#gone = new FinalizationRegistry((id) => this.#finish((raw) => raw.letMapperGo(id)));
    this.#host = new Host(options, this.#calls);
  }

  /** Makes a loader of a compiled module. @internal */
  static async create(glue: Glue, module: WebAssembly.Module, options: LoaderOptions): Promise<Loader> {
    const loader = new Loader(options);
    const host = loader.#host;
    const { exports, memory } = await instantiate(glue, module, {
      now: () => host.now(),
      monotonic: () => host.monotonic(),
      random: options.random ?? ((bytes) => void crypto.getRandomValues(bytes)),
      finish: (run) => loader.#finish(run),
    });
    loader.#memory = memory;
    loader.#raw = loader.#guarded(() => new exports.Loader(host, loader.#sources, options.log !== undefined));
    host.ready = true;
    return loader;
  }

  /**
   * Loads the module `name`: makes a new module object and runs its code. A package is loaded with a context of its own: its modules
   * are fresh and see one another, and only names outside of it go to the imports.
   */
  load(name: string, imports: Imports | PythonObject = passThrough): PythonObject {
    return this.#run((raw) => raw.load(name, this.#mapper(imports))) as PythonObject;
  }

  /** Loads the package `name` in a context of its own, and returns that. What is no package is an error, a `ValueError`. */
  loadPackage(name: string, imports: Imports | PythonObject = passThrough): Realm {
    return new Realm(this, this.#run((raw) => raw.loadPackage(name, this.#mapper(imports))) as PythonObject);
  }

  /** Resolves `name` as an import would: in a realm, to the realm's own module. */
  import(name: string, imports: Imports | PythonObject = passThrough): PythonObject {
    return this.#run((raw) => raw.import(name, this.#mapper(imports))) as PythonObject;
  }

  /** Runs a module as the main program, `__main__`. Returns its exit code. */
  run(name: string, imports: Imports | PythonObject = passThrough): number {
    return this.#run((raw) => raw.run(name, this.#mapper(imports)));
  }

  /** Whether an import of `name` would find something. Nothing is imported to answer it. */
  contains(name: string, imports: Imports | PythonObject = passThrough): boolean {
    return this.#run((raw) => raw.contains(this.#mapper(imports), name));
  }

  /** Names that were given to imports and that nothing in this loader imported: misspelt, most likely. */
  unused(imports: Imports): string[] {
    return this.#run((raw) => raw.unused(this.#mapper(imports)));
  }

  /**
   * Lists the modules of the sources, or those in the package `within`; with all below if `deep`. What can't be read is an error among
   * them.
   */
  modules(options: { within?: string; deep?: boolean } = {}): (ModuleInfo | PythonError)[] {
    return this.#run((raw) => raw.modules(options.within, options.deep ?? false)) as (ModuleInfo | PythonError)[];
  }

  /** Finds a module by name, in the sources or in the library. */
  find(name: string): ModuleInfo {
    return this.#run((raw) => raw.find(name)) as ModuleInfo;
  }

  /** Reads the text of a module; absent for one that is built in. */
  source(name: string): string | undefined {
    return this.#run((raw) => raw.source(name));
  }

  /** Lists the import statements of a module, without running it. */
  imports(name: string): ImportInfo[] {
    return this.#run((raw) => raw.imports(name)) as ImportInfo[];
  }

  /** Lists the names that `from module import *` binds, without running the module. */
  exports(name: string): string[] {
    return this.#run((raw) => raw.exports(name));
  }

  /** Lists the names that a module's top level binds, without running it. */
  attributes(name: string): string[] {
    return this.#run((raw) => raw.attributes(name));
  }

  /** Puts a file into a source of files, the first one if no label is given. The next load sees it. */
  write(path: string, content: string | Uint8Array, label?: string): void {
    this.#run((raw) => raw.write(this.#source(label), path, content));
  }

  /** Removes a file from a source of files, and returns whether it was there. */
  remove(path: string, label?: string): boolean {
    return this.#run((raw) => raw.remove(this.#source(label), path));
  }

  /** The memory that the interpreter has taken from the host, in bytes. It returns none before it is disposed of. */
  get memory(): number {
    return this.#memory?.buffer.byteLength ?? 0;
  }

  /** Frees the interpreter with all that it holds. The loader and its objects can't be used afterwards. */
  dispose(): void {
    this.#raw = undefined;
    this.#memory = undefined;
  }

  #source(label: string | undefined): number {
    const found = this.#sources.findIndex((source) => (label === undefined ? "files" in source : source.label === label));
    if (found < 0) {
      throw new TypeError(label === undefined ? "the loader has no source of files" : `no source is called ${label}`);
    }
    return found;
  }

  /** The number of the mapper that imports are in this loader. */
  #mapper(imports: Imports | PythonObject): number {
    const raw = this.#alive();
    if (!(imports instanceof Imports || imports instanceof PythonObject)) {
      throw new TypeError("imports are wanted, such as `passThrough`, or a Python object that is a mapper");
    }
    let id = this.#mappers.get(imports);
    if (id === undefined) {
      id = imports instanceof Imports ? this.#made(imports, raw) : this.#mapperOf(imports, raw);
      this.#mappers.set(imports, id);
      this.#gone.register(imports, id);
    }
    return id;
  }

  #mapperOf(object: object, raw: RawLoader): number {
    const id = idOf(object, this.#calls);
    if (id === undefined) {
      throw new LoaderError("the Python object belongs to another loader, or was let go");
    }
    return raw.mapperOf(id);
  }

  #made({ base, last }: Imports, raw: RawLoader): number {
    if (!last) {
      return base === "pass-through" ? raw.passThrough() : base === "empty" ? raw.empty() : this.#mapperOf(base as object, raw);
    }
    const below = this.#mapper(base as Imports);
    switch (last.step) {
      case "with":
        return raw.with(below, last.values);
      case "without":
        return raw.without(below, last.names);
      case "rename":
        return raw.rename(below, last.from, last.to);
      case "ask":
        return raw.ask(below, (request: ImportRequest) => this.#answer(last.function(request)));
      case "withPolicy":
        return raw.withPolicy(below, last.policy);
      case "realm":
        return raw.realm(below, last.names);
      case "realmOf":
        return raw.realmOf(below, labelled(last.sources, "realm"));
    }
  }

  /** An answer with a number in place of the imports that it names. */
  #answer(given: Answer | undefined | void): unknown {
    if (given?.kind === "load" && given.imports) {
      return { ...given, mapper: this.#mapper(given.imports) };
    }
    return given?.kind === "attenuated" ? { ...given, of: this.#answer(given.of) } : given;
  }

  #alive(): RawLoader {
    if (!this.#raw) {
      const { broken } = this.#host;
      throw broken ? new LoaderError("the interpreter broke down before", { cause: broken }) : new LoaderError("the loader was disposed of");
    }
    return this.#raw;
  }

  #run<R>(run: (raw: RawLoader) => R): R {
    const raw = this.#alive();
    return this.#guarded(() => run(raw));
  }

  /** Runs code of the interpreter's. If that breaks down, the loader is done for. */
  #guarded<R>(run: () => R): R {
    try {
      return run();
    } catch (error) {
      if (this.#host.broken) {
        throw this.#host.broken;
      }
      // What we throw ourselves.
      if ([PythonError, LoaderError, TypeError, ReferenceError].some((kind) => error instanceof kind)) {
        throw error;
      }
      // A trap, or the end of JavaScript's stack: the interpreter is left in the middle of something.
      const broken = new LoaderError(`the interpreter broke down: ${this.#host.panic ?? String(error)}`, { cause: error });
      this.#host.broken = broken;
      this.dispose();
      throw broken;
    }
  }

  /** A clean-up, which nobody waits for. */
  #finish(run: (raw: RawLoader) => void): void {
    if (this.#raw) {
      try {
        this.#run(run);
      } catch {
        // The next use of the loader reports that it broke down.
      }
    }
  }
}

/** Makes `createLoader` of a tier. @internal */
export function loaderOf(tier: Tier): (options?: LoaderOptions) => Promise<Loader> {
  return async (options = {}) => Loader.create(tier.glue, await compile(tier.url, options.wasm), options);
}
