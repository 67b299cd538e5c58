// Bundles: applications in one file, which `exocet bundle` makes. docs/src/bundle-format.md has their form.

import { blake3 } from "@noble/hashes/blake3.js";
import { parse } from "smol-toml";
import { LoaderError } from "./errors.js";
import { Imports, passThrough, type Policy } from "./imports.js";
import type { Source } from "./sources.js";
import { unzip } from "./zip.js";

const OWN = ".exocet/";
const LIBRARY = ".exocet/library/";
const SEAL = "exocet bundle 1 ";
const HASH = 64;

/** A lock as TOML has it: what each importer asked for and got. */
interface Lock {
  decision?: { importer: string; name: string; answer: string }[];
}

interface Manifest {
  version: number;
  "made-by": string;
  python: string;
  entry?: string;
  distribution?: { name: string; version: string }[];
  file?: { path: string; hash: string }[];
}

/**
 * An application in one file: its modules and resources, and what belongs to them. All of it is checked when it is opened; one that
 * isn't as it was made is a {@link LoaderError} that names what was changed, added or taken out.
 */
export class Bundle {
  /** The module that is run: `loader.run(bundle.entry, bundle.imports)`. */
  readonly entry: string | null;
  /** What made it: `exocet 0.1.0`. */
  readonly madeBy: string;
  /** The distributions that its modules are of. */
  readonly distributions: { name: string; version: string }[];
  /** What its modules import: each other, fresh together, and else what its policy and its lock allow. */
  readonly imports: Imports;
  /** The bundle's files, and the standard library's modules in it, as sources. */
  readonly sources: Source[];

  /** The label is what `__file__` begins with. */
  constructor(bytes: Uint8Array, label = "<bundle>") {
    const members = membersOf(bytes);
    const manifest = manifestOf(members);
    checkFiles(members, manifest);
    if (!isSealed(bytes)) {
      throw damaged("the archive around its files was changed");
    }
    const own = [...members].filter(([path]) => !path.startsWith(OWN));
    const library = [...members].filter(([path]) => path.startsWith(LIBRARY));
    this.entry = manifest.entry ?? null;
    this.madeBy = manifest["made-by"];
    this.distributions = manifest.distribution ?? [];
    this.sources = [{ label, files: Object.fromEntries(own) }];
    if (library.length > 0) {
      const files = Object.fromEntries(library.map(([path, file]) => [path.slice(LIBRARY.length), file]));
      this.sources.push({ label: `${label}/.exocet/library`, files, library: true });
    }
    const [policy, lock] = ["policy", "lock"].map((name) => members.get(`${OWN}${name}.toml`));
    let imports = passThrough;
    imports = lock ? imports.withPolicy(policyOf(tomlOf(lock) as Lock)) : imports;
    imports = policy ? imports.withPolicy(tomlOf(policy) as unknown as Policy) : imports;
    const tops = new Set(own.flatMap(([path]) => topOf(path)));
    this.imports = imports.realm(...[...tops].sort());
  }
}

/** The top-level module that a file is of or lies below. */
function topOf(path: string): string[] {
  const [top = "", ...below] = path.split("/");
  const name = below.length > 0 ? top : top.endsWith(".py") ? top.slice(0, -3) : "";
  // A program is no module that others import.
  return name === "" || name === "__main__" || !/^[\p{XID_Start}_][\p{XID_Continue}]*$/u.test(name) ? [] : [name];
}

/** The policy that allows each importer what it got, and nothing else: as `Bundle::policies` in Rust. */
function policyOf(lock: Lock): Policy {
  const wanted = new Map<string, string[]>();
  for (const { importer, name, answer } of lock.decision ?? []) {
    if (["pass-through", "load", "attenuated"].includes(answer)) {
      wanted.set(importer, [...(wanted.get(importer) ?? []), name]);
    }
  }
  const rule = [...wanted].map(([importer, allow]) => ({ allow, optional: true, ...(importer !== "" && { importers: importer }) }));
  return { default: "deny", why: "the bundle's lock doesn't have it", rule };
}

function membersOf(bytes: Uint8Array): Map<string, Uint8Array> {
  try {
    return unzip(bytes);
  } catch (error) {
    throw new LoaderError(`it is no bundle that can be read: ${(error as Error).message}`, { cause: error });
  }
}

function manifestOf(members: Map<string, Uint8Array>): Manifest {
  const text = members.get(`${OWN}bundle.toml`);
  if (!text) {
    throw new LoaderError("it is no bundle: it has no manifest");
  }
  const manifest = tomlOf(text) as unknown as Manifest;
  if (manifest.version !== 1) {
    throw new LoaderError(`the bundle's manifest is of version ${manifest.version}, and not 1`);
  }
  return manifest;
}

function tomlOf(bytes: Uint8Array): object {
  try {
    return parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw new LoaderError(`what the bundle says of itself can't be read: ${(error as Error).message}`, { cause: error });
  }
}

function checkFiles(members: Map<string, Uint8Array>, { file = [] }: Manifest): void {
  const known = new Set([`${OWN}bundle.toml`, ...file.map(({ path }) => path)]);
  const differences = file.flatMap(({ path, hash }) => {
    const bytes = members.get(path);
    return bytes === undefined ? [`\`${path}\` is missing`] : hexOf(blake3(bytes)) === hash ? [] : [`\`${path}\` was changed`];
  });
  const added = [...members.keys()].filter((path) => !known.has(path)).map((path) => `\`${path}\` was added`);
  if (differences.length + added.length > 0) {
    throw damaged([...differences, ...added].join(", "));
  }
}

/** Whether the comment of the archive has the hash of all that stands before it. */
function isSealed(bytes: Uint8Array): boolean {
  const content = bytes.subarray(0, bytes.length - SEAL.length - HASH);
  const comment = new TextDecoder().decode(bytes.subarray(content.length));
  return comment === SEAL + hexOf(blake3(content));
}

function hexOf(hash: Uint8Array): string {
  return [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function damaged(what: string): LoaderError {
  return new LoaderError(`the bundle isn't as it was made: ${what}`);
}

/** The sources of options, and the bundle among them. @internal */
export function sourcesOf(options: { sources?: Source | Source[]; bundle?: Bundle | Uint8Array }): { sources: Source[]; bundle: Bundle | null } {
  const sources = [options.sources ?? []].flat() as Source[];
  if (!options.bundle) {
    return { sources, bundle: null };
  }
  const bundle = options.bundle instanceof Bundle ? options.bundle : new Bundle(options.bundle);
  return { sources: [...bundle.sources, ...sources], bundle };
}
