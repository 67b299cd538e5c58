// Where module code lives.

/** Files: a path like `package/module.py`, and its text or bytes. */
export type Files = Record<string, string | Uint8Array>;

/** Files, the bytes of a zip archive, or one of them with the label that `__file__` begins with. */
export type Source = Files | Uint8Array | { label: string; files: Files } | { label: string; zip: Uint8Array };

/** A source as the interpreter wants it. @internal */
export type Labelled = { label: string; files: Files } | { label: string; zip: Uint8Array };

/** The same sources, each with a label of its own. @internal */
export function labelled(sources: readonly Source[], word: string): Labelled[] {
  const taken = new Set(sources.flatMap((source) => (isLabelled(source) ? [source.label] : [])));
  let count = 0;
  const free = () => {
    let label;
    do {
      count += 1;
      label = count === 1 ? `<${word}>` : `<${word} ${count}>`;
    } while (taken.has(label));
    return label;
  };
  return sources.map((source) => {
    if (isLabelled(source)) {
      return source;
    }
    if (source instanceof Uint8Array) {
      return { label: free(), zip: source };
    }
    if (typeof source !== "object" || source === null) {
      throw new TypeError("a source is an object of paths and texts, or the bytes of a zip archive");
    }
    return { label: free(), files: source };
  });
}

function isLabelled(source: Source): source is Labelled {
  const { label, files, zip } = source as Partial<{ label: unknown; files: unknown; zip: unknown }>;
  return typeof label === "string" && (typeof files === "object" || zip instanceof Uint8Array);
}
