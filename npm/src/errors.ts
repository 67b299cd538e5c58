// The errors of this package. What Python code raises is a PythonError; the others report the state of the loader.

import type { Importer } from "./host.js";
import type { PythonObject } from "./object.js";

/** A place in Python code. */
export interface Frame {
  file: string;
  line: number;
  /** The column, 1-based; of an error of syntax only. */
  column: number | null;
  /** The name of the function, or `<module>`; absent for an error of syntax. */
  function: string | null;
  /** The line's text, where the source has any. */
  source: string | null;
}

/** An exception as data. @internal */
export interface Raised {
  types: string[];
  message: string;
  traceback: string;
  frames: Frame[];
  importChain: Importer[];
  exitCode: number | null;
  cause?: unknown;
}

/** An error as the guest reports it: `Report` of the library. @internal */
export interface Report {
  message: string;
  exception: {
    kinds: string[];
    message: string;
    traceback: string;
    frames: Frame[];
    chain: Importer[];
    exit_code: number | null;
  } | null;
}

/**
 * An exception of Python's.
 *
 * A function of the host that throws one raises it in Python: `throw new PythonError("ValueError", "too big")`. The name is
 * that of a built-in class.
 */
export class PythonError extends Error {
  /** The name of its class: `ValueError`. */
  readonly type: string;
  /** The names of its class and of its base classes, nearest first. */
  readonly types: readonly string[];
  /** The traceback as `python` prints it, with the source of each line. */
  readonly traceback: string;
  /** The frames of the traceback, outermost first. Of an error of syntax the last one is the place in the text. */
  readonly frames: readonly Frame[];
  /** The modules that were in the middle of an import when it was raised, innermost first. */
  readonly importChain: readonly Importer[];
  /** The exit code of a `SystemExit`. */
  readonly exitCode: number | null;
  /** The exception itself, if Python code raised it. */
  readonly object: PythonObject | undefined;

  constructor(type: string, message: string);
  /** @internal */
  constructor(raised: Raised, object: PythonObject | undefined);
  constructor(typeOrRaised: string | Raised, messageOrObject: string | PythonObject | undefined) {
    const raised =
      typeof typeOrRaised === "string"
        ? plain(typeOrRaised, messageOrObject as string)
        : typeOrRaised;
    super(raised.message, raised.cause === undefined ? undefined : { cause: raised.cause });
    this.name = "PythonError";
    this.type = raised.types[0] ?? "Exception";
    this.types = raised.types;
    this.traceback = raised.traceback;
    this.frames = raised.frames;
    this.importChain = raised.importChain;
    this.exitCode = raised.exitCode;
    this.object = typeof typeOrRaised === "string" ? undefined : (messageOrObject as PythonObject | undefined);
  }

  /** What Python code has of an error of JavaScript's, where no Python code was under way. @internal */
  static of(cause: unknown): PythonError {
    const message = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    return new PythonError({ ...plain(THROWN, message), cause }, undefined);
  }

  /** Whether its class, or one that its class is derived from, has that name: a `KeyError` is a `LookupError`. */
  is(type: string): boolean {
    return this.types.includes(type);
  }

  override toString(): string {
    return this.message ? `${this.type}: ${this.message}` : this.type;
  }
}

/** The error for what the guest reports. An exception that stands for an error of JavaScript's has it as its cause. @internal */
export function raised({ message, exception }: Report, object: PythonObject | undefined): Error {
  if (!exception) {
    return new LoaderError(message);
  }
  const { kinds: types, message: text, traceback, frames, chain: importChain, exit_code: exitCode } = exception;
  const cause = object && types.includes(THROWN) && object.has("error") ? { cause: object.get("error") as unknown } : {};
  return new PythonError({ types, message: text, traceback, frames, importChain, exitCode, ...cause }, object);
}

/** The class of an exception that stands for an error of JavaScript's. */
const THROWN = "JavaScriptError";

function plain(type: string, message: string): Raised {
  return { types: [type], message, traceback: "", frames: [], importChain: [], exitCode: null };
}

/** The loader can no longer be used: it was disposed of, or its interpreter broke down. */
export class LoaderError extends Error {
  override readonly name = "LoaderError";
}

/** A call to a loader in a worker exceeded its deadline. The worker was ended, and a new one is in its place. */
export class DeadlineError extends Error {
  override readonly name = "DeadlineError";
}
