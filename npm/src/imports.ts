// What loaded modules import: descriptions, which belong to no loader.

import type { PythonObject } from "./object.js";
import type { Source } from "./sources.js";
import type { WorkerObject } from "./worker.js";

/** One import request: the name, and the importer. */
export interface ImportRequest {
  /** The absolute name. */
  name: string;
  /** The name as the statement has it, without its leading dots. */
  written: string;
  /** The number of leading dots. */
  level: number;
  /** The names after `from ... import`. */
  names: string[];
  /** For `x` in `from package import x`, which need not be a module: what the package already has under that name. */
  item: "absent" | "module" | "value" | null;
  /** Whether the request only checks that the name exists. Nothing must be imported to answer it. */
  isProbe: boolean;
  /** The importing module. */
  importer: string | null;
  line: number | null;
}

/** The answer to an import request, made by {@link answer}. */
export type Answer =
  | { kind: "object"; value: unknown }
  | { kind: "load"; name: string; imports?: Imports }
  | { kind: "rename"; name: string }
  | { kind: "attenuated"; of: Answer; only: string[] }
  | { kind: "pass-through" }
  | { kind: "not-mine" }
  | { kind: "denied"; reason: string };

/** The answers that there are, for {@link Imports.ask}. */
export const answer = {
  /** A value. A plain object becomes a module. */
  object: (value: unknown): Answer => ({ kind: "object", value }),
  /** The module `name`, loaded fresh for this import, under the importer's own imports if no others are given. */
  load: (name: string, imports?: Imports): Answer => ({ kind: "load", name, ...(imports && { imports }) }),
  /** Another name, resolved by the importer's imports. */
  rename: (name: string): Answer => ({ kind: "rename", name }),
  /** The module that another answer leads to, with these names only. It helps against mistakes, and is no wall. */
  attenuated: (of: Answer, only: string[]): Answer => ({ kind: "attenuated", of, only }),
  /** The interpreter's shared module, as `import` itself resolves it. */
  passThrough: { kind: "pass-through" } as Answer,
  /** The imports below decide. So they do without any answer. */
  notMine: { kind: "not-mine" } as Answer,
  /** The import fails, for the reason given. */
  denied: (reason: string): Answer => ({ kind: "denied", reason }),
};

/** A policy as an object, with the keys that it has in TOML. */
export interface Policy {
  /** For what no rule fits. */
  default: "allow" | "deny";
  /** Why that is denied. */
  why?: string;
  /** The first rule that fits decides. */
  rule?: {
    allow?: string | string[];
    deny?: string | string[];
    redirect?: Record<string, string>;
    attenuate?: Record<string, string | string[]>;
    /** The importing modules that the rule applies to; all if absent. */
    importers?: string | string[];
    why?: string;
    /** Whether what the rule names may be missing. */
    optional?: boolean;
  }[];
}

/** One thing that was added to imports. @internal */
export type Step =
  | { step: "with"; values: [string, unknown][] }
  | { step: "without"; names: string[] }
  | { step: "rename"; from: string; to: string }
  | { step: "ask"; function: (request: ImportRequest) => Answer | undefined | void }
  | { step: "withPolicy"; policy: Policy }
  | { step: "realm"; names: string[] }
  | { step: "realmOf"; sources: Source[] };

/** What imports begin with. @internal */
export type Base = "pass-through" | "empty" | PythonObject | WorkerObject | Imports;

/**
 * Decide what each `import` inside a loaded module gets.
 *
 * Each method returns new imports and leaves the old ones as they are; what was added last is resolved first. Imports belong to no
 * loader: each loader that uses them has its own realms and modules of theirs.
 */
export class Imports {
  /** @internal */
  constructor(
    readonly base: Base,
    readonly last?: Step,
  ) {}

  /**
   * Adds values under names: an import of the name gets the value. A plain object becomes a module, with its functions and values
   * in it; functions, classes and other objects are passed as they are.
   */
  with(values: Record<string, unknown>): Imports;
  with(name: string, value: unknown): Imports;
  with(values: string | Record<string, unknown>, value?: unknown): Imports {
    const given: [string, unknown][] = typeof values === "string" ? [[values, value]] : Object.entries(values);
    return new Imports(this, { step: "with", values: given });
  }

  /** Denies these names and what is below them. */
  without(...names: string[]): Imports {
    return new Imports(this, { step: "without", names });
  }

  /** Resolves an import of `from` as an import of `to`. */
  rename(from: string, to: string): Imports {
    return new Imports(this, { step: "rename", from, to });
  }

  /** Calls `mapper` with each request first. */
  ask(mapper: (request: ImportRequest) => Answer | undefined | void): Imports {
    return new Imports(this, { step: "ask", function: mapper });
  }

  /** Limits the imports to what a policy allows. What it names has to be there. */
  withPolicy(policy: Policy): Imports {
    return new Imports(this, { step: "withPolicy", policy });
  }

  /**
   * Puts these modules and what is below them into a realm: fresh together, each loaded once, when it is first needed. The imports that
   * it is called on resolve what isn't inside.
   */
  realm(...names: string[]): Imports {
    return new Imports(this, { step: "realm", names });
  }

  /** Puts all that is in these sources into a realm: one version of a library, for instance. */
  realmOf(...sources: Source[]): Imports {
    return new Imports(this, { step: "realmOf", sources });
  }
}

/** Imports as `import` itself resolves them: the interpreter's shared modules. */
export const passThrough = new Imports("pass-through");

/** No imports at all. */
export const empty = new Imports("empty");

/** Imports by a mapper that is a Python object, with a method `lookup`. */
export function byMapper(mapper: PythonObject | WorkerObject): Imports {
  return new Imports(mapper);
}
