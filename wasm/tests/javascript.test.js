// The suite's Python scripts, on the loader for JavaScript.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createLoader as core } from "../../npm/dist/core.js";
import { createLoader as std } from "../../npm/dist/index.js";
import { scripts } from "./scripts.js";

/** What can't be the same there, and why. */
const ELSEWHERE = {
  "stdlib_by_name.py": "`unittest` is not in the tier",
  "stdlib_module_tools.py": "`unittest` is not in the tier",
  "stdlib_by_name_in_realm.py": "`doctest` is not in the tier",
  "stdlib_computed_names.py": "`bdb` and `profile` are not in the tier",
  "stdlib_pass_through.py": "`concurrent.futures` and `email` are not in the tier",
  "stdlib_pkgutil_library.py": "the interpreter has no finder of folders, which lists the library",
  "stdlib_realm_path_finder.py": "the interpreter has no PathFinder",
  "stdlib_resources_beside.py": "`importlib.resources` is not in the tier",
  "stdlib_proxy_module.py": "`unittest` is not in the tier",
  "stdlib_realm_shared_modules.py": "`unittest` is not in the tier",
  "stdlib_realm_threads.py": "there are no threads",
  "stdlib_resources.py": "`importlib.resources` is not in the tier",
  "stdlib_session_dependency.py": "there are no sockets",
  "stdlib_session_reload.py": "there are no files",
  "stdlib_sources.py": "there are no files",
};

for (const [tier, createLoader] of Object.entries({ core, std })) {
  describe(tier, () => {
    for (const { name, text, expected, files } of scripts()) {
      const about = name.startsWith("stdlib_");
      test(name, { skip: (about && tier === "core" && "it is about the library") || ELSEWHERE[name] }, async () => {
        let printed = "";
        const sources = [{ label: "<fixture>", files }, { label: "<scripts>", files: { "script.py": text } }];
        const loader = await createLoader({ sources, stdout: (text) => (printed += text) });
        try {
          loader.run("script");
        } catch (error) {
          printed += error.traceback ?? String(error);
        }
        loader.dispose();
        assert.equal(printed, expected);
      });
    }
  });
}
