// What is the same with every tier of the library.

export { Bundle } from "./bundle.js";
export { DeadlineError, type Frame, LoaderError, PythonError } from "./errors.js";
export type { HostOptions, Importer, LogEvent } from "./host.js";
export { type Answer, answer, byMapper, empty, type ImportRequest, Imports, passThrough, type Policy } from "./imports.js";
export type { WasmSource } from "./wasm.js";
export { type ImportInfo, Loader, type LoaderOptions, type ModuleInfo } from "./loader.js";
export { PythonObject } from "./object.js";
export {
  type PluginChange,
  type PluginFailure,
  type PluginGeneration,
  type PluginHeld,
  type PluginLimits,
  type PluginOptions,
  type PluginReply,
  Plugins,
  type PluginSettings,
  type PluginStatus,
} from "./plugins.js";
export { Realm } from "./realm.js";
export type { Files, Source } from "./sources.js";
export type { Table, TableReader } from "./tables.js";
