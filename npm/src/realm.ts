// Modules that are fresh together, of one loader.

import { byMapper, type Imports } from "./imports.js";
import type { Loader } from "./loader.js";
import type { PythonObject } from "./object.js";

/**
 * Modules of one loader that are fresh together: each is loaded once, when it is first needed, and they see one another.
 * {@link Loader.loadPackage} makes one.
 */
export class Realm {
  readonly #loader: Loader;
  /** Imports that resolve the realm's modules first, for other loads of the same loader. */
  readonly imports: Imports;

  /** @internal */
  constructor(loader: Loader, realm: PythonObject) {
    this.#loader = loader;
    this.imports = byMapper(realm);
  }

  /** Resolves `name` as an import inside the realm would: to the realm's own module, the same one each time, or else by its imports. */
  import(name: string): PythonObject {
    return this.#loader.import(name, this.imports);
  }
}
