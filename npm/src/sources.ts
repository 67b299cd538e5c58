// Where module code lives.

import { unzip } from "./zip.js";

/** Files: a path like `package/module.py`, and its text or bytes. */
export type Files = Record<string, string | Uint8Array>;

/** Files, the bytes of a zip archive, or one of them with the label that `__file__` begins with. */
export type Source = Files | Uint8Array | WithLabel;

/** A source as the interpreter wants it. @internal */
export interface Labelled {
  label: string;
  files: Map<string, Uint8Array>;
  isLibrary: boolean;
}

/** The same sources, each with a label of its own, which none of those `taken` is. @internal */
export function labelled(sources: readonly Source[], word: string, taken: readonly string[] = []): Labelled[] {
  const given = sources.flatMap((source) => (isLabelled(source) ? [source.label] : []));
  const labels = new Set([...taken, ...given]);
  const twice = given.find((label, at) => taken.includes(label) || given.indexOf(label) !== at);
  if (twice !== undefined) {
    throw new TypeError(`two sources have the label ${twice}`);
  }
  let count = 0;
  const free = () => {
    let label;
    do {
      count += 1;
      label = count === 1 ? `<${word}>` : `<${word} ${count}>`;
    } while (labels.has(label));
    return label;
  };
  return sources.map((source) => {
    if (typeof source !== "object" || source === null) {
      throw new TypeError("a source is an object of paths and texts, or the bytes of a zip archive");
    }
    const label = isLabelled(source) ? source.label : free();
    const content = !isLabelled(source) ? source : "files" in source ? source.files : source.zip;
    const isLibrary = isLabelled(source) && source.library === true;
    return { label, isLibrary, files: content instanceof Uint8Array ? unpacked(label, content) : read(label, content) };
  });
}

/** The files of an archive. */
function unpacked(label: string, zip: Uint8Array): Map<string, Uint8Array> {
  try {
    return new Map([...unzip(zip)].filter(([path]) => !path.endsWith("/")));
  } catch (error) {
    throw new TypeError(`${label}: it is no zip archive that can be read: ${(error as Error).message}`, { cause: error });
  }
}

function read(label: string, files: Files): Map<string, Uint8Array> {
  return new Map(Object.entries(files).map(([path, content]) => [path, bytesOf(content, `${label}/${path}`)]));
}

/** The bytes of a file. @internal */
export function bytesOf(content: unknown, what: string): Uint8Array {
  if (typeof content === "string") {
    return new TextEncoder().encode(content);
  }
  if (content instanceof Uint8Array) {
    return content;
  }
  throw new TypeError(`${what}: a file is a string or a Uint8Array`);
}

/** With `library` its modules are behind the standard library: those count that it doesn't have. */
type WithLabel = ({ label: string; files: Files } | { label: string; zip: Uint8Array }) & { library?: boolean };

function isLabelled(source: Source): source is WithLabel {
  const { label, files, zip } = source as Partial<{ label: unknown; files: unknown; zip: unknown }>;
  return typeof label === "string" && (typeof files === "object" || zip instanceof Uint8Array);
}

/** A source as the guest gets it: `SourceData` of `isolate/src/boundary.rs`. @internal */
export function sourceData(source: Labelled): object {
  return { label: source.label, role: source.isLibrary ? "Library" : "Path", files: [...source.files] };
}
