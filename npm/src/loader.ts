// The loader: an instance of the WebAssembly module, with errors, objects and imports as JavaScript has them.

import { LoaderError, PythonError, raised, type Report } from "./errors.js";
import { type About, fromBytes, type Unit, unitsAsBytes, unitsOf } from "./file.js";
import { Host, type HostOptions } from "./host.js";
import { Imports, passThrough } from "./imports.js";
import { type Content, type Form, Instance } from "./instance.js";
import { given, layersOf } from "./layers.js";
import { LENT, Lent } from "./lent.js";
import { type Calls, idOf, makeObject, PythonObject } from "./object.js";
import { type PluginOptions, Plugins, type PluginsLoader } from "./plugins.js";
import { Realm } from "./realm.js";
import { freeze } from "./snapshot.js";
import { type Bundle, sourcesOf } from "./bundle.js";
import { bytesOf, labelled, type Labelled, type Source, sourceData } from "./sources.js";
import { type Places, readerOf, type TableReader } from "./tables.js";
import { fromGuest, type Handles, toGuest } from "./values.js";
import { compileHere, imageOf, type WasmSource } from "./wasm.js";

/** Options of a loader. */
export interface LoaderOptions extends HostOptions {
  /** The source of the modules, or several; the first that has a module counts. */
  sources?: Source | Source[];
  /** An application that `exocet bundle` made: its files come before the sources. {@link Loader.bundle} has what it brings. */
  bundle?: Bundle | Uint8Array;
  /** The WebAssembly module, where it is not beside this package's code. */
  wasm?: WasmSource;
  /** What {@link Loader.snapshot} gave, or Rust's host with the same guest: the loader goes on from there. */
  snapshot?: Uint8Array;
  /** What {@link Loader.compile} gave: modules that are as they were then are not compiled. */
  units?: Uint8Array;
  /** With a snapshot that has functions of the host's: imports with modules that have them. */
  imports?: Imports;
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
  /** The bundle that the loader was made with: `loader.run(loader.bundle.entry, loader.bundle.imports)`. */
  bundle: Bundle | null = null;
  #instance: Instance | undefined;
  readonly #host: Host;
  /** The code, and what is known of the interpreter that it goes on from. */
  readonly #code: WebAssembly.Module;
  readonly #about: About;
  readonly #lent = new Lent();
  readonly #calls: Calls;
  readonly #handles: Handles;
  readonly #sources: Labelled[];
  readonly #mappers = new WeakMap<Imports, number>();
  readonly #gone: FinalizationRegistry<number>;

  /** @internal */
  private constructor(code: WebAssembly.Module, about: About, options: LoaderOptions) {
    this.#code = code;
    this.#about = about;
    this.#sources = about.sources.map(([label]) => ({ label, files: new Map(), isLibrary: false }));
    this.#calls = {
      get: (id, name, asObject) => this.#value({ Get: { object: id, name, wanted: wanted(asObject) } }, `attribute \`${name}\``),
      has: (id, name) => this.#is({ Has: { object: id, name } }),
      set: (id, name, value) => void this.#request({ Set: { object: id, name, value: this.#form(value, `attribute \`${name}\``) } }),
      call: (id, name, args, named, asObject) => this.#call(id, name, args, named, asObject),
      value: (id) => this.#value({ Get: { object: id, name: null, wanted: "Plain" } }, "the object"),
      repr: (id) => this.#builtin("repr", id) as string,
      names: (id) => this.#builtin("dir", id) as string[],
      letGo: (id, atOnce) => this.#letGo(id, atOnce),
    };
    this.#handles = {
      numberOf: (object) => idOf(object, this.#calls),
      lend: (value, what) => this.#lent.lend(value, what),
      object: (number, type, callable) => (number >= LENT ? this.#lent.value(number) : makeObject(this.#calls, number, type, callable)),
    };
    this.#gone = new FinalizationRegistry((id) => this.#instance?.release(id));
    this.#host = new Host(options, this.#lent, given(about, options.imports, this.#lent), {
      ...this.#handles,
      exceptionOf: (error) => error.object && idOf(error.object, this.#calls),
      mapper: (imports) => this.#mapper(imports),
    });
  }

  async #start(content: Content, options: LoaderOptions): Promise<void> {
    const resume = { is_observed: options.log !== undefined };
    this.#instance = await Instance.start(this.#code, content, this.#host, resume);
    const taken = this.#about.sources.map(([label]) => label);
    const { sources, bundle } = sourcesOf(options);
    this.bundle = bundle;
    this.#add(labelled(sources, "app", taken));
    if (options.units) {
      this.#request({ Take: unitsOf(options.units) });
    }
  }

  /** Makes a loader of a compiled module. @internal */
  static async create(code: WebAssembly.Module, options: LoaderOptions): Promise<Loader> {
    const image = imageOf(code);
    const opened = options.snapshot ? fromBytes(options.snapshot) : image;
    if (opened.about.guest.some((byte, at) => byte !== image.about.guest[at])) {
      throw new LoaderError(`the snapshot was made with another WebAssembly module, by version ${opened.about.made_by}: make it anew`);
    }
    const loader = new Loader(code, opened.about, options);
    await loader.#start(opened.content, options);
    return loader;
  }

  /**
   * Loads the module `name`: makes a new module object and runs its code. A package is loaded with a context of its own: its modules
   * are fresh and see one another, and only names outside of it go to the imports.
   */
  load(name: string, imports: Imports | PythonObject = passThrough): PythonObject {
    return this.#load(name, "Fresh", imports);
  }

  /** Loads the package `name` in a context of its own, and returns that. What is no package is an error, a `ValueError`. */
  loadPackage(name: string, imports: Imports | PythonObject = passThrough): Realm {
    return new Realm(this, this.#load(name, "Package", imports));
  }

  /** Resolves `name` as an import would: in a realm, to the realm's own module. */
  import(name: string, imports: Imports | PythonObject = passThrough): PythonObject {
    return this.#load(name, "Shared", imports);
  }

  /** The plugins that a rule finds, none of which is loaded yet. What {@link write} changes, {@link Plugins.poll} sees. */
  plugins(options: PluginOptions = {}): Plugins {
    const loader: PluginsLoader = {
      import: (name) => this.import(name),
      mapper: (imports) => this.#mapperOf(imports),
      errorOf: (exception) => this.#errorOf(exception),
    };
    return new Plugins(loader, { imports: passThrough, ...options });
  }

  /** Runs a module as the main program, `__main__`. Returns its exit code. */
  run(name: string, imports: Imports | PythonObject = passThrough): number {
    try {
      this.#request({ Run: { program: { Module: name }, arguments: [""], imports: this.#mapper(imports) } });
      return 0;
    } catch (error) {
      if (error instanceof PythonError && error.exitCode !== null) {
        return error.exitCode;
      }
      throw error;
    }
  }

  /** Whether an import of `name` would find something. Nothing is imported to answer it. */
  contains(name: string, imports: Imports | PythonObject = passThrough): boolean {
    return this.#is({ Contains: { name, imports: this.#mapper(imports) } });
  }

  /** Names that were given to imports and that nothing in this loader imported: misspelt, most likely. */
  unused(imports: Imports): string[] {
    return (this.#request({ Unused: { imports: this.#mapper(imports) } }) as { Names: string[] }).Names;
  }

  /**
   * Lists the modules of the sources, or those in the package `within`; with all below if `deep`. What can't be read is an error among
   * them.
   */
  modules(options: { within?: string; deep?: boolean } = {}): (ModuleInfo | PythonError)[] {
    const listing = { Modules: { within: options.within ?? null, is_deep: options.deep ?? false } };
    const found = this.#list<({ Ok: ModuleInfo } | { Err: Failure })[]>(listing);
    return found.map((item) => ("Ok" in item ? item.Ok : (this.#raised(item.Err) as PythonError)));
  }

  /** Finds a module by name, in the sources or in the library. */
  find(name: string): ModuleInfo {
    return this.#list({ Module: name });
  }

  /** The text of a module; `undefined` for one that has none. */
  source(name: string): string | undefined {
    return this.#list<string | null>({ Text: name }) ?? undefined;
  }

  /** The import statements of a module, found without running it. */
  imports(name: string): ImportInfo[] {
    const statements = this.#list<(ImportInfo & { is_lazy: boolean })[]>({ Imports: name });
    return statements.map(({ is_lazy: lazy, ...statement }) => (lazy ? { ...statement, lazy } : statement));
  }

  /** The names that `from module import *` takes, found without running it. */
  exports(name: string): string[] {
    return this.#list({ Exports: name });
  }

  /** The names that the module's top level binds, found without running it. */
  attributes(name: string): string[] {
    return this.#list({ Attributes: name });
  }

  /** Puts a file into a source of files, the first one if no label is given. The next load sees it. */
  write(path: string, content: string | Uint8Array, label?: string): void {
    const source = this.#source(label);
    const bytes = bytesOf(content, path);
    this.#request({ Write: { source, path, content: bytes } });
    this.#sources[source]?.files.set(path, bytes);
  }

  /** Removes a file from a source of files, and returns whether it was there. */
  remove(path: string, label?: string): boolean {
    const source = this.#source(label);
    this.#sources[source]?.files.delete(path);
    return this.#is({ Write: { source, path, content: null } });
  }

  /**
   * What the interpreter has loaded, as bytes: to keep, or to share with workers. `createLoader({ snapshot })` goes on from there, as
   * often as you like.
   *
   * `modules` are the objects that such a loader has under these names. All other objects of yours are no part of it. Of JavaScript's
   * it can hold the functions of modules that imports had {@link Imports.with | with} them; anything else that Python code
   * still has is an error that names it.
   */
  async snapshot(modules: Record<string, PythonObject> = {}): Promise<Uint8Array<ArrayBuffer>> {
    const instance = this.#alive();
    if (instance.isRunning) {
      throw new LoaderError("a snapshot can't be made while Python code is running");
    }
    const kept = Object.entries(modules).map(([name, object]) => {
      const number = idOf(object, this.#calls);
      if (number === undefined) {
        throw new LoaderError(`\`${name}\` is a Python object of another loader, or one that was let go`);
      }
      return [name, { number, class: object.type, is_callable: typeof object === "function" }] as const;
    });
    // Those that the snapshot had that this loader goes on from.
    const all = { ...this.#about.modules, ...Object.fromEntries(kept) };
    return freeze(this.#code, new Uint8Array(instance.memory.buffer), this.#lent, this.#about, this.#sources, all);
  }

  /**
   * Compiles modules without running them, all of the sources if none are named, and returns their code as bytes: `createLoader({ units })`
   * takes it, on any machine. Code belongs to a version of this package, the text of the module and its place; where one of them is
   * another, the module is compiled as ever. What can't be compiled is an error.
   */
  compile(...names: string[]): Uint8Array<ArrayBuffer> {
    const reply = this.#request({ Prepare: { names: names.length > 0 ? names : null } }) as { Prepared: Unit[] };
    return unitsAsBytes(reply.Prepared);
  }

  /** An object that the snapshot has under that name; of a snapshot of Rust's, a module that it has loaded. */
  kept(name: string): PythonObject {
    const kept = Object.hasOwn(this.#about.modules, name) ? this.#about.modules[name] : undefined;
    if (!kept) {
      throw new LoaderError(`the snapshot has nothing under the name \`${name}\``);
    }
    return this.#value({ Get: { object: kept.number, name: null, wanted: "Object" } }, `\`${name}\``) as PythonObject;
  }

  /** The memory that the interpreter has taken from the host, in bytes. It returns none before it is disposed of. */
  get memory(): number {
    return this.#instance?.memory.buffer.byteLength ?? 0;
  }

  /** Frees the interpreter with all that it holds. The loader and its objects can't be used afterwards. */
  dispose(): void {
    this.#instance = undefined;
  }

  #add(sources: Labelled[]): void {
    if (sources.length > 0) {
      this.#request({ Add: sources.map(sourceData) });
      this.#sources.push(...sources);
    }
  }

  #source(label: string | undefined): number {
    const found = this.#sources.findIndex((source) => label === undefined || source.label === label);
    if (found < 0) {
      throw new TypeError(label === undefined ? "the loader has no source of files" : `no source is called ${label}`);
    }
    return found;
  }

  #load(name: string, how: string, imports: Imports | PythonObject): PythonObject {
    return this.#value({ Load: { name, how, imports: this.#mapper(imports) } }, `\`${name}\``) as PythonObject;
  }

  /** The number of the mapper that imports are in this loader; none of those that the interpreter was started with. */
  #mapper(imports: Imports | PythonObject): number | null {
    if (imports instanceof PythonObject) {
      const id = idOf(imports, this.#calls);
      if (id === undefined) {
        throw new LoaderError("the Python object belongs to another loader, or was let go");
      }
      return id;
    }
    if (!(imports instanceof Imports)) {
      throw new TypeError("imports are wanted, such as `passThrough`, or a Python object that is a mapper");
    }
    if (!imports.last && imports.base !== "empty") {
      return imports.base === "pass-through" ? null : this.#mapper(imports.base as PythonObject);
    }
    let id = this.#mappers.get(imports);
    if (id === undefined) {
      id = this.#made(imports);
      this.#mappers.set(imports, id);
      this.#gone.register(imports, id);
    }
    return id;
  }

  /** The mapper that imports are in this loader, as an object for Python code. */
  #mapperOf(imports: Imports | PythonObject): PythonObject {
    const object = this.#mapper(imports) ?? this.#mapper(STARTED);
    return this.#value({ Get: { object, name: null, wanted: "Object" } }, "the imports") as PythonObject;
  }

  #made({ base, last }: Imports): number {
    let below = last ? this.#mapper(base as Imports) : null;
    const layers = last ? this.#converted(() => layersOf(last, this.#handles, this.#lent)) : ["Nothing"];
    let made: number | undefined;
    for (const layer of layers.reverse()) {
      const reply = this.#request({ Imports: { below, layer } }) as { Object: { number: number } };
      if (made !== undefined) {
        this.#instance?.release(made);
      }
      made = below = reply.Object.number;
    }
    return made ?? (below as number);
  }

  #letGo(id: number, atOnce: boolean): void {
    this.#instance?.release(id);
    if (atOnce && this.#instance) {
      try {
        this.#instance.request("Settle");
      } catch {
        // The next use of the loader reports that it broke down.
      }
    }
  }

  #call(id: number, name: string | undefined, args: unknown[], named: object, asObject: boolean): unknown {
    const label = name ?? "the object";
    const request = this.#converted(() => ({
      object: id,
      name: name ?? null,
      arguments: args.map((value, at) => toGuest(value, this.#handles, `argument ${at + 1} of \`${label}\``)),
      keywords: toGuest(named, this.#handles, `the arguments by name of \`${label}\``),
      wanted: wanted(asObject),
    }));
    return this.#value({ Call: request }, `the result of \`${label}\``);
  }

  #builtin(name: string, id: number): unknown {
    const builtins = this.#load("builtins", "Shared", passThrough);
    const request = { object: idOf(builtins, this.#calls), name, arguments: [{ object: [id, "", false] }], keywords: { dict: [] }, wanted: "Plain" };
    return this.#value({ Call: request }, name);
  }

  /** The form of a value; what throws when it is looked at is an error of Python's, as it would be inside. */
  #form(value: unknown, what: string): unknown {
    return this.#converted(() => toGuest(value, this.#handles, what));
  }

  #converted<R>(convert: () => R): R {
    try {
      return this.#lent.attempt(convert);
    } catch (error) {
      throw error instanceof PythonError ? error : PythonError.of(error);
    }
  }

  #is(request: Form): boolean {
    return (this.#request(request) as { Is: boolean }).Is;
  }

  #list<R>(listing: Form): R {
    const { Listed: listed } = this.#request({ List: listing }) as { Listed: Record<string, R> };
    return Object.values(listed)[0] as R;
  }

  /** What a reply holds. */
  #value(request: Form, what: string): unknown {
    const reply = this.#request(request) as { Value?: unknown; Object?: { number: number; class: string; is_callable: boolean } };
    const { Object: object } = reply;
    return object ? this.#handles.object(object.number, object.class, object.is_callable) : fromGuest(reply.Value, this.#handles, what);
  }

  /** Asks the guest for something; a failure is thrown. */
  #request(request: Form): Form {
    const instance = this.#alive();
    const reply = instance.request(request);
    if (typeof reply === "object" && "Failed" in reply) {
      throw this.#raised(reply["Failed"] as Failure);
    }
    return reply;
  }

  #raised({ report, exception }: Failure): Error {
    const object = exception && (this.#handles.object(exception.number, exception.class, exception.is_callable) as PythonObject);
    return raised(report, object ?? undefined);
  }

  /** The error for an exception that nobody raised here: a function that throws it has it raised, with all that it has. */
  #errorOf(exception: PythonObject): PythonError {
    const none = { message: "", traceback: "", frames: [], importChain: [], exitCode: null };
    const raise = () => {
      throw new PythonError({ ...none, types: [exception.type] }, exception);
    };
    const number = this.#lent.lend(raise, "an exception");
    try {
      this.#call(number, undefined, [], {}, false);
    } catch (error) {
      if (error instanceof PythonError) {
        return error;
      }
      throw error;
    } finally {
      exception.dispose();
    }
    throw new LoaderError("the exception was not raised");
  }

  #alive(): Instance {
    if (!this.#instance) {
      throw new LoaderError("the loader was disposed of");
    }
    return this.#instance;
  }
}

/** The imports that the interpreter was started with, as a mapper of their own. */
const STARTED = passThrough.without();

/** A failure that the guest reports. */
interface Failure {
  report: Report;
  exception: { number: number; class: string; is_callable: boolean } | null;
}

function wanted(asObject: boolean): string {
  return asObject ? "Object" : "Plain";
}

/** Makes `createLoader` of a tier, whose files lie there: asked for only where they are needed, as some platforms don't know it. @internal */
export function loaderOf(url: () => URL, places: Places): (options?: LoaderOptions) => Promise<Loader> {
  // One reader for all loaders, so that each table is read once.
  let reader: Promise<TableReader> | undefined;
  return async (options = {}) => {
    reader ??= readerOf(places);
    const [module, tables] = await Promise.all([compileHere(url, options.wasm), options.tables ?? reader]);
    return Loader.create(module, { ...options, tables });
  };
}
