// What the tests share.

import { createLoader as core } from "../dist/core.js";
import { createLoader as std } from "../dist/index.js";

/** The tiers by name, for tests that run on each. */
export const tiers = { core, std };

/** A package, and a module that imports it. */
export const SHOP = {
  "shop/__init__.py": "print('shop runs')\nfrom . import tax, till\ndef same(module): return module is tax",
  "shop/tax.py": "rates = []",
  "shop/till.py": "from .tax import rates",
  "shop/late.py": "import shop.tax\nrates = shop.tax.rates",
  "shop/errand.py": "import bank\nbalance = bank.balance",
  "customer.py": "import shop.tax\nrates = shop.tax.rates",
};

/** A loader, and what its Python code printed. */
export async function loaderWith(files, options = {}, tier = "core") {
  const printed = [];
  const loader = await tiers[tier]({
    sources: files,
    stdout: (text) => printed.push(text),
    stderr: (text) => printed.push(text),
    ...options,
  });
  return { loader, printed: () => printed.splice(0).join("") };
}

/** What `run` throws. */
export function thrown(run) {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}
