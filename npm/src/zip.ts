// Zip archives.

/** Esbuild's: the library is part of the package, and runs when this is first called. */
declare function require(name: "fflate"): typeof import("fflate");

/** What an archive has, by paths. The library makes its tables when it runs, for 6 ms of a start, so that it waits until there is an archive. */
export function unzip(bytes: Uint8Array): Map<string, Uint8Array> {
  return new Map(Object.entries(require("fflate").unzipSync(bytes)));
}
