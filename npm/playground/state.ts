// The state as a link carries it: the files, deflated, behind the `#`.

export type Files = Record<string, string>;

async function through(bytes: Uint8Array, stream: CompressionStream | DecompressionStream): Promise<Uint8Array> {
  const piped = new Blob([bytes as BlobPart]).stream().pipeThrough(stream as ReadableWritablePair<Uint8Array, Uint8Array>);
  return new Uint8Array(await new Response(piped).arrayBuffer());
}

/** The files as text for a link. */
export async function pack(files: Files): Promise<string> {
  const packed = await through(new TextEncoder().encode(JSON.stringify(files)), new CompressionStream("deflate-raw"));
  const binary = Array.from(packed, (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The files of a link; `undefined` if it holds none. */
export async function unpack(text: string): Promise<Files | undefined> {
  try {
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    const files: unknown = JSON.parse(new TextDecoder().decode(await through(bytes, new DecompressionStream("deflate-raw"))));
    const right = typeof files === "object" && files !== null && Object.values(files).every((text) => typeof text === "string");
    return right ? (files as Files) : undefined;
  } catch {
    return undefined;
  }
}
