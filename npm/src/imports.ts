// What the modules that a loader loads import: descriptions, which any loader can be given.

import type { PythonObject } from "./object.js";
import type { Source } from "./sources.js";

/** One question to a mapper: what an import asks for, and who asks. */
export interface ImportRequest {
  /** The absolute name. */
  name: string;
  /** The name as the statement has it, without its leading dots. */
  written: string;
  /** The number of leading dots. */
  level: number;
  /** The names after `from ... import`. */
  names: string[];
  /** Of `x` in `from package import x`, which need not be a module: what the package has under that name already. */
  item: "absent" | "module" | "value" | null;
  /** Whether somebody only wants to know if the name is there: nothing must be imported to answer that. */
  isProbe: boolean;
  /** The importing module. */
  importer: string | null;
  line: number | null;
}

/** What a mapper answers, made by {@link answer}. */
export type Answer =
  | { kind: "object"; value: unknown }
  | { kind: "load"; name: string; imports?: Imports }
  | { kind: "rename"; name: string }
  | { kind: "part"; of: Answer; only: string[] }
  | { kind: "pass-through" }
  | { kind: "not-mine" }
  | { kind: "denied"; reason: string };

/** The answers that there are. */
export const answer = {
  /** This very value. A plain object becomes a module. */
  object: (value: unknown): Answer => ({ kind: "object", value }),
  /** The module `name`, loaded fresh for this import; under the importer's own imports, if no others are given. */
  load: (name: string, imports?: Imports): Answer => ({ kind: "load", name, ...(imports && { imports }) }),
  /** Whatever the importer's imports have under another name. */
  rename: (name: string): Answer => ({ kind: "rename", name }),
  /** Of a module that another answer gives, these names only. */
  part: (of: Answer, only: string[]): Answer => ({ kind: "part", of, only }),
  /** What `import` gives by itself: the interpreter's shared module. */
  passThrough: { kind: "pass-through" } as Answer,
  /** The next mapper is asked. No answer at all means the same. */
  notMine: { kind: "not-mine" } as Answer,
  /** The import fails, for the reason given. */
  denied: (reason: string): Answer => ({ kind: "denied", reason }),
};

/** A policy as an object; the same keys as in TOML. */
export interface Policy {
  /** For what no rule fits; `"deny"` if absent. */
  default?: "allow" | "deny";
  /** The first rule that fits decides. */
  rule?: {
    allow?: string | string[];
    deny?: string | string[];
    redirect?: Record<string, string>;
    attenuate?: Record<string, string | string[]>;
    /** For which importing modules the rule counts; for all if absent. */
    importers?: string | string[];
    why?: string;
    /** Whether what it names need not be there. */
    optional?: boolean;
  }[];
}

/** One thing that was added to imports. @internal */
export type Step =
  | { step: "with"; values: [string, unknown][] }
  | { step: "without"; names: string[] }
  | { step: "rename"; from: string; to: string }
  | { step: "ask"; function: (request: ImportRequest) => Answer | undefined | void }
  | { step: "policed"; policy: Policy }
  | { step: "realm"; names: string[] }
  | { step: "realmOf"; sources: Source[] };

/** What imports begin with. @internal */
export type Base = "pass-through" | "empty" | PythonObject | Imports;

/**
 * Decides what each `import` inside a loaded module gets.
 *
 * Each method gives new imports and leaves the old ones alone; what was added last is asked first. They belong to no loader: each
 * one that is given them has its own realms and modules of theirs.
 */
export class Imports {
  /** @internal */
  constructor(
    readonly base: Base,
    readonly last?: Step,
  ) {}

  /**
   * The same with values under names: whoever imports the name gets the value. A plain object becomes a module, with its
   * functions and values in it; functions, classes and other objects are handed over as they are.
   */
  with(values: Record<string, unknown>): Imports;
  with(name: string, value: unknown): Imports;
  with(values: string | Record<string, unknown>, value?: unknown): Imports {
    const given: [string, unknown][] = typeof values === "string" ? [[values, value]] : Object.entries(values);
    return new Imports(this, { step: "with", values: given });
  }

  /** The same without these names and what is below them. */
  without(...names: string[]): Imports {
    return new Imports(this, { step: "without", names });
  }

  /** The same with what they have under the name `to` for an import of `from`. */
  rename(from: string, to: string): Imports {
    return new Imports(this, { step: "rename", from, to });
  }

  /** The same, after `mapper` was asked. */
  ask(mapper: (request: ImportRequest) => Answer | undefined | void): Imports {
    return new Imports(this, { step: "ask", function: mapper });
  }

  /** The same as far as a policy allows. */
  policed(policy: Policy): Imports {
    return new Imports(this, { step: "policed", policy });
  }

  /**
   * A realm of these modules and of what is below them: fresh together, each loaded once, when it is first needed. What isn't inside is
   * asked of what the realm is made from.
   */
  realm(...names: string[]): Imports {
    return new Imports(this, { step: "realm", names });
  }

  /** A realm of all that is in these sources, such as one version of a library. */
  realmOf(...sources: Source[]): Imports {
    return new Imports(this, { step: "realmOf", sources });
  }
}

/** Imports as `import` itself has them: the interpreter's shared modules. */
export const passThrough = new Imports("pass-through");

/** No imports at all. */
export const empty = new Imports("empty");

/** Imports by a mapper that is a Python object, with a method `lookup`. */
export function byMapper(mapper: PythonObject): Imports {
  return new Imports(mapper);
}
