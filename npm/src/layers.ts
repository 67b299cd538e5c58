// Imports as the guest gets them, layer by layer: `Layer` of `isolate/src/boundary.rs`.

import { LoaderError } from "./errors.js";
import type { About } from "./file.js";
import type { Chooser, Given } from "./host.js";
import { Imports, type Step } from "./imports.js";
import { bound, isClass, Lent } from "./lent.js";
import { labelled, sourceData } from "./sources.js";
import { type Handles, isPlain, toGuest } from "./values.js";

export type Layer = string | { [kind: string]: unknown };

/** A module that shows what a plain object has. Its functions know the object as `this`, and a snapshot finds them again. */
export function moduleOf(name: string, object: object, handles: Handles, lent: Lent): object {
  const member = ([key, value]: [string, unknown]): [string, unknown] => {
    const what = `\`${key}\` of \`${name}\``;
    if (typeof value !== "function" || isClass(value)) {
      return [key, { Value: toGuest(value, handles, what) }];
    }
    const number = lent.lend(bound(object, value), what, { module: name, name: key });
    return [key, { Value: { object: [number, "", true] } }];
  };
  return { number: 0, name, doc: null, members: Object.entries(object).map(member) };
}

/** The layers of a step, the outermost first. */
export function layersOf(step: Step, handles: Handles, lent: Lent): Layer[] {
  switch (step.step) {
    case "with":
      return step.values.map(([name, value]) =>
        isPlain(value) ? { Module: moduleOf(name, value, handles, lent) } : { Value: [name, toGuest(value, handles, `\`${name}\``)] },
      );
    case "without":
      return [{ Without: step.names }];
    case "rename":
      return [{ Rename: [step.from, step.to] }];
    case "ask":
      return [{ Asked: { object: [lent.lend(step.function, "a function that is asked about imports"), "", true] } }];
    case "withPolicy":
      return [{ Policy: step.policy }];
    case "realm":
      return [{ Realm: step.names }];
    case "realmOf":
      return [{ RealmOf: labelled(step.sources, "realm").map(sourceData) }];
  }
}

/** What a snapshot calls its host by, of the imports that it was made with. */
export function given({ imports: layers, lent: functions }: About, imports: Imports | undefined, lent: Lent): Given {
  const modules = new Map<string, object>();
  const asked: Chooser[] = [];
  for (let { base, last } = imports ?? new Imports("empty"); last; { base, last } = base as Imports) {
    if (last.step === "ask") {
      asked.push(last.function);
    } else if (last.step === "with") {
      last.values.filter(([, value]) => isPlain(value)).forEach(([name, value]) => modules.set(name, value as object));
    }
  }
  const found = (module: string, name: string): unknown => {
    const object = modules.get(module) as Record<string, unknown> | undefined;
    const value = object && Object.hasOwn(object, name) ? object[name] : undefined;
    if (typeof value !== "function") {
      throw new LoaderError(`the snapshot needs the function \`${name}\` of the host's module \`${module}\`: open it with \`imports\` that have it`);
    }
    return bound(object as object, value);
  };
  for (const { number, count, module, name } of functions) {
    lent.put(number, { value: found(module, name), count, what: `\`${name}\` of \`${module}\``, origin: { module, name } });
  }
  const byModule = new Map<number, unknown[]>();
  const choosers = new Map<number, Chooser>();
  layers.forEach((layer, at) => {
    const module = typeof layer === "object" ? (layer["Module"] as { number: number; name: string; members: [string, object][] } | undefined) : undefined;
    if (layer === "Chosen") {
      const chooser = asked[0];
      if (!chooser) {
        throw new LoaderError("the snapshot needs a function that is asked about imports: open it with `imports` that have one");
      }
      choosers.set(at, chooser);
    } else if (module) {
      const members = module.members.filter(([, member]) => "Function" in member);
      byModule.set(module.number, members.map(([name]) => found(module.name, name)));
    }
  });
  return { functions: byModule, choosers };
}
