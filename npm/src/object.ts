// Objects of Python's that stay where they are.

import { LoaderError } from "./errors.js";

/** What a loader does with the objects that it handed out. @internal */
export interface Calls {
  get(id: number, name: string, asObject: boolean): unknown;
  has(id: number, name: string): boolean;
  set(id: number, name: string, value: unknown): void;
  call(id: number, name: string | undefined, args: unknown[], named: object, asObject: boolean): unknown;
  value(id: number): unknown;
  repr(id: number): string;
  names(id: number): string[];
  /** Lets an object go: at once, or with whatever is asked of the interpreter next. */
  letGo(id: number, atOnce: boolean): void;
}

interface Held {
  calls: Calls;
  id: number;
  type: string;
}

const held = new WeakMap<object, Held>();

const registry = new FinalizationRegistry<Held>(({ calls, id }) => calls.letGo(id, false));

/**
 * A Python object: a module that was loaded, a function, an instance of a class.
 *
 * One that can be called is a JavaScript function as well: `plugin.get("reply")("Ann")`.
 *
 * Plain data crosses as values, see the table in the README; whatever has no such form crosses as a `PythonObject`. It holds the object
 * in Python until it is garbage here, or let go by {@link dispose}.
 */
export class PythonObject {
  /** The name of its class. */
  get type(): string {
    return own(this).type;
  }

  /** The attribute `name`, as a value. */
  get(name: string): any {
    const { calls, id } = own(this);
    return calls.get(id, name, false);
  }

  /** The attribute `name` as the object that it is, not copied: a list that is to be changed in place. */
  object(name: string): PythonObject {
    const { calls, id } = own(this);
    return calls.get(id, name, true) as PythonObject;
  }

  /** Whether there is an attribute `name`. */
  has(name: string): boolean {
    const { calls, id } = own(this);
    return calls.has(id, name);
  }

  /** Sets the attribute `name`. */
  set(name: string, value: unknown): void {
    const { calls, id } = own(this);
    calls.set(id, name, value);
  }

  /** Calls the attribute `name`: a module's function, or a method. */
  call(name: string, ...args: unknown[]): any {
    const { calls, id } = own(this);
    return calls.call(id, name, args, {}, false);
  }

  /** Calls the attribute `name` with arguments by name, too. `asObject` returns the result as the object that it is. */
  callWith(name: string, args: unknown[], named: object = {}, options: { asObject?: boolean } = {}): any {
    const { calls, id } = own(this);
    return calls.call(id, name, args, named, options.asObject ?? false);
  }

  /** Calls the object itself. */
  invoke(...args: unknown[]): any {
    const { calls, id } = own(this);
    return calls.call(id, undefined, args, {}, false);
  }

  /** The object as a value, copied as far as it is plain data. */
  value(): any {
    const { calls, id } = own(this);
    return calls.value(id);
  }

  /** The names of its attributes, as `dir` has them. */
  names(): string[] {
    const { calls, id } = own(this);
    return calls.names(id);
  }

  /** `repr` of the object. */
  repr(): string {
    const { calls, id } = own(this);
    return calls.repr(id);
  }

  /** Lets the object go. It can't be used afterwards. */
  dispose(): void {
    const mine = held.get(this);
    if (mine) {
      held.delete(this);
      registry.unregister(this);
      mine.calls.letGo(mine.id, true);
    }
  }

  toString(): string {
    return held.has(this) ? `<Python object of class ${this.type}>` : "<Python object, let go>";
  }
}

function own(object: PythonObject): Held {
  const mine = held.get(object);
  if (!mine) {
    throw new LoaderError("the Python object was let go");
  }
  return mine;
}

/** Makes the object that stands for number `id` of a loader. @internal */
export function makeObject(calls: Calls, id: number, type: string, callable: boolean): PythonObject {
  let object: PythonObject;
  if (callable) {
    const called = (...args: unknown[]) => object.invoke(...args);
    object = Object.setPrototypeOf(called, PythonObject.prototype) as PythonObject;
  } else {
    object = new PythonObject();
  }
  const mine = { calls, id, type };
  held.set(object, mine);
  registry.register(object, mine, object);
  return object;
}

/** The number of an object, if the loader that `calls` belongs to has it. @internal */
export function idOf(object: object, calls: Calls): number | undefined {
  const mine = held.get(object);
  return mine?.calls === calls ? mine.id : undefined;
}
