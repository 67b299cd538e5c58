// The messages between a page and its worker.

import type { Raised } from "./errors.js";
import type { LogEvent } from "./host.js";
import type { Labelled } from "./sources.js";
import type { Table } from "./tables.js";

/** A file that was put into a source since the start, or taken out of it. */
export interface Change {
  path: string;
  content: string | Uint8Array | undefined;
  label: string | undefined;
}

/** To the worker. */
export type Request =
  | {
      kind: "start";
      module: WebAssembly.Module;
      sources: Labelled[];
      changes: Change[];
      snapshot: Uint8Array | undefined;
      units: Uint8Array | undefined;
      imports: unknown;
      setup: string | undefined;
      log: boolean;
      /** Where the tables lie. */
      tables: Record<Table, string>;
    }
  /** A method of the loader, or of one of its objects. */
  | { kind: "call"; object: number | undefined; method: string; args: unknown[] }
  | { kind: "release"; object: number };

/** How a call ended. */
export type Ended = { value: unknown } | { error: Failure };

/** An error as it can be cloned. */
export type Failure =
  | { kind: "python"; raised: Raised; message: string }
  | { kind: "loader" | "type" | "other"; message: string; name: string };

/** From the worker. */
export type Report =
  | { kind: "ended"; ended: Ended }
  | { kind: "print"; toStderr: boolean; text: string }
  | { kind: "event"; event: LogEvent }
  /** A call of a function on the page: the worker waits until the answer is in `shared`. */
  | { kind: "function"; id: number; args: unknown[]; shared: SharedArrayBuffer }
  /** A request for the last answer, which was too long, in greater memory. */
  | { kind: "again"; shared: SharedArrayBuffer };
