// What answers a guest: the imports that a snapshot is made with, as far as they are the host's.

import { LoaderError } from "../errors.js";
import { type Answer, Imports, type ImportRequest, type Step } from "../imports.js";
import type { Form } from "./instance.js";
import { type Handles, isPlain, toGuest } from "./values.js";

type Callable = (...args: unknown[]) => unknown;

type Chooser = (request: ImportRequest) => Answer | undefined | void;

/** A module of the host's as the guest gets it: `Module` of `isolate/src/boundary.rs`. */
interface Module {
  number: number;
  name: string;
  doc: string | null;
  members: [string, { Function: number } | { Value: unknown } | { Values: unknown }][];
}

/** A part of the imports as the guest gets it, the outermost first: `Layer` of `isolate/src/boundary.rs`. */
export type Layer = string | Record<string, unknown>;

/** What the guest asks about an import. */
interface Question {
  name: string;
  importer: string | null;
  line: number | null;
  names: string[];
  is_probe: boolean;
}

/** No object of Python's can be in what a snapshot is made with. */
const NONE: Handles = {
  numberOf: () => {
    throw new TypeError("imports of an isolate can't hold a Python object");
  },
  object: () => {
    throw new TypeError("imports of an isolate can't hold a Python object");
  },
};

export class Host {
  readonly layers: Layer[] = [];
  readonly #functions = new Map<number, Callable[]>();
  readonly #modules = new Map<object, Module>();
  /** The number of the next module. */
  #next = 0;
  /** What is asked of this side, one after the other: the first function that is asked, and all below it. */
  readonly #choosers: Chooser[] = [];

  constructor(imports: Imports) {
    let { base, last } = imports;
    while (last) {
      const chooser = this.#choosers.length > 0 || last.step === "ask" || last.step === "rename";
      if (chooser) {
        this.#choosers.push(chooserOf(last));
      } else {
        this.#add(last);
      }
      ({ base, last } = base as Imports);
    }
    // What is answered for an import later has numbers that no other process gives: a snapshot that was opened may have some of another's.
    this.#next = 2 ** 16 + Math.floor(Math.random() * 2 ** 31);
    if (base !== "pass-through" && base !== "empty") {
      throw new TypeError("imports of an isolate can't be by a mapper of Python's");
    }
    if (this.#choosers.length > 0) {
      this.#choosers.push(() => (base === "empty" ? { kind: "not-mine" } : { kind: "pass-through" }));
      this.layers.push("Chosen");
    } else if (base === "empty") {
      this.layers.push("Nothing");
    }
  }

  /** The host of a snapshot that was made with these layers. */
  static restored(layers: Layer[], imports: Imports | undefined): Host {
    const host = new Host(imports ?? new Imports("pass-through"));
    const needed = imports ? layers : layers.filter(needs);
    const same = needed.length === host.layers.length && needed.every((layer, at) => shape(layer) === shape(host.layers[at] as Layer));
    if (!same) {
      throw new LoaderError(
        imports
          ? "the snapshot was made with other imports than these"
          : "the snapshot needs functions of its host: open it with the imports that it was made with",
      );
    }
    return host;
  }

  /** What a function returns. */
  call(module: number, member: number, args: unknown[]): unknown {
    const called = this.#functions.get(module)?.[member];
    if (!called) {
      throw new LoaderError("the function is of a module that another process had: it was answered for an import while the snapshot was made");
    }
    return called(...args);
  }

  /** What an import gets. */
  choose({ name, importer, line, names, is_probe: isProbe }: Question, handles: Handles): Form {
    const request: ImportRequest = { name, written: name, level: 0, names, item: null, isProbe, importer, line };
    for (const chooser of this.#choosers) {
      const answer = chooser(request);
      switch (answer?.kind) {
        case undefined:
        case "not-mine":
          break;
        case "pass-through":
          return "PassThrough";
        case "denied":
          return { Denied: answer.reason };
        case "rename":
          return { Rename: answer.name };
        case "object":
          return isPlain(answer.value)
            ? { Module: this.#module(name, answer.value, handles) }
            : { Value: toGuest(answer.value, handles, `\`${name}\``) };
        default:
          throw new TypeError(`an isolate's imports can't be answered by \`answer.${(answer as Answer).kind}\``);
      }
    }
    return "NotMine";
  }

  #add(step: Step): void {
    switch (step.step) {
      case "with":
        for (const [name, value] of step.values) {
          const form = () => ({ Value: [name, toGuest(value, NONE, `\`${name}\``)] });
          this.layers.push(isPlain(value) ? { Module: this.#module(name, value, NONE) } : form());
        }
        break;
      case "without":
        this.layers.push({ Without: step.names });
        break;
      case "withPolicy":
        this.layers.push({ Policy: step.policy });
        break;
      default:
        throw new TypeError("an isolate's modules see one another anyway: it takes no realms");
    }
  }

  /** A module of an object's functions and values. */
  #module(name: string, object: object, handles: Handles): Module {
    const known = this.#modules.get(object);
    if (known?.name === name) {
      return known;
    }
    const functions: Callable[] = [];
    const number = this.#next++;
    this.#functions.set(number, functions);
    const member = ([key, value]: [string, unknown]): Module["members"][number] =>
      typeof value === "function"
        ? [key, { Function: functions.push(value as Callable) - 1 }]
        : [key, { Value: toGuest(value, handles, `\`${key}\` of \`${name}\``) }];
    const module = { number, name, doc: null, members: Object.entries(object).map(member) };
    this.#modules.set(object, module);
    return module;
  }
}

/** A step that is taken on this side, since it lies below a function that is asked. */
function chooserOf(step: Step): Chooser {
  switch (step.step) {
    case "ask":
      return step.function;
    case "rename":
      return ({ name }) => (name === step.from ? { kind: "rename", name: step.to } : undefined);
    case "with": {
      const values = new Map(step.values);
      return ({ name }) => (values.has(name) ? { kind: "object", value: values.get(name) } : undefined);
    }
    case "without":
      return ({ name }) =>
        step.names.some((denied) => name === denied || name.startsWith(`${denied}.`)) ? { kind: "denied", reason: "the imports" } : undefined;
    case "withPolicy":
      throw new TypeError("a policy of an isolate's imports has to be added after functions that are asked, and after renames");
    default:
      throw new TypeError("an isolate's modules see one another anyway: it takes no realms");
  }
}

/** Whether a layer can't do without its host. */
function needs(layer: Layer): boolean {
  const module = typeof layer === "object" ? (layer["Module"] as Module | undefined) : undefined;
  return layer === "Chosen" || module?.members.some(([, member]) => "Function" in member) === true;
}

/** What has to be the same of two layers: the values of one are in the snapshot already. */
function shape(layer: Layer): string {
  const [kind] = typeof layer === "string" ? [layer] : Object.keys(layer);
  const module = typeof layer === "object" ? (layer["Module"] as Module | undefined) : undefined;
  return JSON.stringify([kind, module?.number, module?.name, module?.members.map(([name, member]) => [name, Object.keys(member)])]);
}
