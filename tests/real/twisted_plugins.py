# Lists the plugins of an installed Twisted without importing them, and loads each of them fresh.
import sys

import exocet

handles = list(exocet.getModule("twisted.plugins").iterModules())
assert "twisted.plugins" not in sys.modules, "listing imported something"
modules = [exocet.load(handle, exocet.pep302Mapper) for handle in handles]
for module in modules:
    print(module)
assert len(modules) > 15, len(modules)
assert not any(module is sys.modules.get(module.__name__) for module in modules)
