/** Isolates: sealed interpreters that start from a snapshot of loaded modules. */

export { LoaderError, PythonError } from "./errors.js";
export { Isolate, type IsolateOptions } from "./isolate/isolate.js";
export { Guest, Snapshot, type SnapshotOptions } from "./isolate/snapshot.js";
export { type Answer, answer, empty, type ImportRequest, Imports, passThrough, type Policy } from "./imports.js";
export { PythonObject } from "./object.js";
