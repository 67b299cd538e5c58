// The plugins of an application, of one loader: the class `exocet.Plugins` of Python's, as JavaScript has it.

import { PythonError } from "./errors.js";
import type { Imports, Policy } from "./imports.js";
import { PythonObject } from "./object.js";

/** What a load of a plugin may take, and a call of it. Of time there is no limit but the deadline of a loader in a worker. */
export interface PluginLimits {
  /** How deep calls nest. */
  recursion?: number;
  /** The bytes of a module's source. */
  sourceBytes?: number;
  /** How many modules are loaded. */
  modules?: number;
  /** How deep imports nest. */
  importDepth?: number;
}

/** What is decided for plugins. What is absent is as it was decided before, or by default. */
export interface PluginSettings {
  /** What the plugin and its helpers import from outside: by default what `import` itself resolves. */
  imports?: Imports | PythonObject;
  /** A policy that decides before the imports do. */
  policy?: Policy;
  limits?: PluginLimits;
  /**
   * Patterns for names of modules that stand beside the plugin and are the imports' to resolve: what all plugins have in common. By
   * default each plugin has its own copy.
   */
  share?: string | string[];
  /** Plugins that it requires, besides those that it names itself, such as `"greet"` or `"greet>=2"`. */
  requires?: string | string[];
  /** When its turn is: the greatest first, then by name. By default it is the plugin's `__priority__`, or 0. */
  priority?: number;
  /**
   * What happens to a plugin that fails in a hook: the others are called; the call throws; or, for a number, it is disabled when a
   * generation has failed so often.
   */
  onFailure?: "skip" | "raise" | number;
  /** Whether it is loaded. */
  enabled?: boolean;
  /** That it is no plugin, but a helper, of which each plugin has its own copy. */
  helper?: true;
}

/** By which rule plugins are found, and what is decided for all of them. By default each module at the top of the sources is one. */
export interface PluginOptions extends PluginSettings {
  /** The package whose modules are plugins. */
  package?: string;
  /** The group of entry points that name the plugins, in the `*.dist-info` of the sources. */
  group?: string;
  /** What a module of a plugin has: `"name"` bound in it, `"@decorator"` on something, or `"(Class)"` derived from. It is found without running it. */
  marker?: string;
}

/** What became of one plugin. */
export interface PluginChange {
  plugin: string;
  /** `kept` is a plugin whose new generation failed, so that the old one goes on. */
  what: "loaded" | "replaced" | "kept" | "failed" | "disabled" | "removed";
  /** The generation that is at work now; 0 if none is. */
  generation: number;
  /** The generation that was at work before; 0 if none was. */
  previous: number;
  /** The files that have changed, and the plugins that it requires and that were replaced. */
  why: string[];
  /** What went wrong. */
  error: string | null;
  /** The traceback of what went wrong, if Python code raised it. */
  traceback: string | null;
  /** The milliseconds that the load took. */
  took: number;
}

/** One plugin as it is now. */
export interface PluginStatus {
  name: string;
  module: string;
  /** The file of its module. */
  origin: string | null;
  version: string | null;
  state: "found" | "loaded" | "failed" | "disabled";
  /** The generation that is at work, counted from 1; the last one that was, or 0. */
  generation: number;
  /** The milliseconds that the load of that generation took. */
  took: number;
  /** Why it isn't at work, or why the last attempt to replace it failed. */
  error: string | null;
  priority: number;
  /** The plugins that it requires. */
  requires: string[];
  /** How often the generation failed in hooks. */
  failures: number;
  /** Older generations that something still holds. */
  replaced: number[];
}

/** Something that a plugin did wrong. */
export interface PluginFailure {
  plugin: string;
  generation: number;
  /** What it was in the middle of, such as `load`, `check` or `hook reply`. */
  during: string;
  error: string;
  /** The traceback, if Python code raised it. */
  traceback: string | null;
  /** The exit code of a `SystemExit`. */
  exitCode: number | null;
  /** The limit that was exceeded. */
  limit: string | null;
}

/** What one plugin answered: what its function returned, or the error that it raised. */
export type PluginReply<T = any> =
  | { plugin: string; generation: number; result: T; error?: undefined }
  | { plugin: string; generation: number; error: PythonError; result?: undefined };

/** Who still holds what of old generations. */
export interface PluginHeld {
  holders: {
    /** The module or the frame where the way to the object begins. */
    holder: string;
    /** The way from there. */
    path: string;
    /** What is held. */
    object: string;
  }[];
  /** How many there are beside these. */
  more: number;
}

/** A generation of a plugin. */
export interface PluginGeneration {
  plugin: string;
  generation: number;
  /** The one that is at work; 0 if none is. */
  current: number;
}

/** What plugins have of their loader. @internal */
export interface PluginsLoader {
  import(name: string): PythonObject;
  mapper(imports: Imports | PythonObject): PythonObject;
  errorOf(exception: PythonObject): PythonError;
}

/**
 * The plugins of an application: found by a rule, each loaded in a realm of its own, called by the names of their functions, and
 * replaced while the program runs. {@link Loader.plugins} makes them.
 *
 * A plugin that fails harms no other. A new generation takes the place of the old one only if it loads; otherwise the old one stays.
 */
export class Plugins {
  readonly #loader: PluginsLoader;
  readonly #object: PythonObject;
  /** Reads a reply, in one call and not in four. */
  readonly #read: PythonObject;
  /** Who is notified, once anybody wants to be. */
  #listeners: Set<(change: PluginChange) => void> | undefined;

  /** @internal */
  constructor(loader: PluginsLoader, { package: within, group, marker, ...settings }: PluginOptions) {
    this.#loader = loader;
    const rule = given({ package: within, group, marker });
    const named = { ...rule, ...this.#settings(settings) };
    this.#object = loader.import("exocet").callWith("Plugins", [], named, { asObject: true }) as PythonObject;
    this.#read = loader.import("_operator").call("attrgetter", "plugin", "generation", "result", "error") as PythonObject;
  }

  /**
   * Decides for the plugins whose names fit a pattern, in which `*` stands for any text and `?` for one character. Of several patterns that
   * fit, the later one decides. What is loaded already gets it with its next generation.
   */
  configure(pattern: string, settings: PluginSettings): void {
    this.#object.callWith("configure", [pattern], this.#settings(settings));
  }

  /** Finds plugins, and loads those that aren't loaded. Returns what became of each. */
  load(): PluginChange[] {
    return this.#changes("load");
  }

  /**
   * Loads what is new, loads new generations of what has changed since, and takes what is gone out of use. Returns what became of each of
   * them: nothing where nothing has changed.
   */
  poll(): PluginChange[] {
    return this.#changes("poll");
  }

  /** Loads new generations of these plugins, and of those that require them. Returns what became of each. */
  reload(...names: string[]): PluginChange[] {
    return this.#changes("reload", ...names);
  }

  /** Loads a plugin that was disabled. */
  enable(name: string): PluginChange[] {
    return this.#changes("enable", name);
  }

  /** Puts a plugin out of use, until it is enabled or reloaded. */
  disable(name: string): PluginChange {
    return described(this.#object.call("disable", name)) as PluginChange;
  }

  /** Each plugin as it is now, sorted by name. */
  status(): PluginStatus[] {
    return described(this.#object.call("status")) as PluginStatus[];
  }

  /** What plugins did wrong, or what one of them did, oldest first: the last hundred of each. */
  failures(name?: string): PluginFailure[] {
    return described(this.#object.call("failures", name)) as PluginFailure[];
  }

  /** The names of the plugins at work, or of those that offer the hook, in the order in which they are called. */
  order(hook?: string): string[] {
    return this.#object.call("order", hook) as string[];
  }

  /** Calls the function of that name of each plugin that has one. One that fails keeps no other from being called. */
  callAll<T = any>(hook: string, ...args: unknown[]): PluginReply<T>[] {
    const replies = this.#object.call("call_all", hook, ...args) as PythonObject[];
    return replies.map((reply) => this.#reply<T>(reply));
  }

  /** Calls the plugins that have the function until one returns what isn't `None`, and returns that; `null` if none does. */
  first<T = any>(hook: string, ...args: unknown[]): T | null {
    return this.#object.call("first", hook, ...args) as T | null;
  }

  /**
   * Calls the plugins that have the function, each with what the one before returned and with the further arguments. Returns what the last
   * one did. One that fails is passed over.
   */
  chain<T = any>(hook: string, value: unknown, ...args: unknown[]): T {
    return this.#object.call("chain", hook, value, ...args) as T;
  }

  /** Who still holds what of an old generation, or of all of a plugin's. What nobody holds is collected before. */
  held(name: string, generation?: number): PluginHeld {
    return described(this.#object.call("held", name, generation)) as PluginHeld;
  }

  /** Of which generation of which plugin a function, a class, an instance or a module is; `undefined` for anything else. */
  generationOf(object: PythonObject): PluginGeneration | undefined {
    return (described(this.#object.call("generation_of", object)) ?? undefined) as PluginGeneration | undefined;
  }

  /** What offers a plugin's functions: its module, or what its entry point names. `undefined` for one that isn't at work. */
  get(name: string): PythonObject | undefined {
    if (this.#object.call("__contains__", name) !== true) {
      return undefined;
    }
    return this.#object.callWith("__getitem__", [name], {}, { asObject: true }) as PythonObject;
  }

  /** Calls `listener` with each change, after it was made. Returns a function that ends that. */
  onChange(listener: (change: PluginChange) => void): () => void {
    this.#listeners ??= this.#listen();
    const listeners = this.#listeners;
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  /** Lets the plugins go. They can't be used afterwards. */
  dispose(): void {
    this.#object.dispose();
  }

  #changes(method: string, ...args: unknown[]): PluginChange[] {
    return described(this.#object.call(method, ...args)) as PluginChange[];
  }

  #reply<T>(reply: PythonObject): PluginReply<T> {
    try {
      const [plugin, generation, result, error] = this.#read.invoke(reply) as [string, number, T, PythonObject | null];
      return error ? { plugin, generation, error: this.#loader.errorOf(error) } : { plugin, generation, result };
    } catch (error) {
      // What one plugin returns that has no form here is the failure of that one.
      if (error instanceof PythonError) {
        return { plugin: reply.get("plugin") as string, generation: reply.get("generation") as number, error };
      }
      throw error;
    } finally {
      reply.dispose();
    }
  }

  /** A listener of Python's that calls those here. It has nothing of the plugins, which would be kept by it. */
  #listen(): Set<(change: PluginChange) => void> {
    const listeners = new Set<(change: PluginChange) => void>();
    const notify = (change: unknown) => {
      const seen = described(change) as PluginChange;
      for (const listener of listeners) {
        try {
          listener(seen);
        } catch (error) {
          // A change that was made is made.
          queueMicrotask(() => {
            throw error;
          });
        }
      }
    };
    this.#object.call("on_change", notify);
    return listeners;
  }

  /** Settings as Python's arguments by name. */
  #settings(settings: PluginSettings): Record<string, unknown> {
    const { imports, policy, limits, share, requires, priority, onFailure, enabled, helper } = settings;
    const mapper = imports && this.#loader.mapper(imports);
    const most = limits && given({
      recursion: limits.recursion,
      source_bytes: limits.sourceBytes,
      modules: limits.modules,
      import_depth: limits.importDepth,
    });
    return given({ mapper, policy, limits: most, share, requires, priority, on_failure: onFailure, enabled, helper });
  }
}

/** What of it isn't absent. */
function given(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** What Python describes by dicts and by objects with attributes, as plain objects with the names that they have here. */
function described(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(described);
  }
  if (value instanceof PythonObject) {
    const attributes: unknown = value.get("__dict__");
    value.dispose();
    return described(attributes);
  }
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value).flatMap(field)) : value;
}

function field([name, value]: [string, unknown]): [string, unknown][] {
  switch (name) {
    case "took": {
      const { secs, nanos } = described(value) as { secs: number; nanos: number };
      return [[name, secs * 1e3 + nanos / 1e6]];
    }
    case "since":
    case "at":
      // Nobody has told the interpreter the time of the day.
      return [];
    default:
      return [[name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()), described(value)]];
  }
}
