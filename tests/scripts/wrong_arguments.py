# Wrong arguments are a TypeError that says what was wanted.
# file: app.py
# > load()                   load() missing required argument 'module' (pos 1)
# > load(handle)             load() missing required argument 'mapper' (pos 2)
# > load(name)               Expected type 'PythonModule' but 'str' found.
# > load mapper              a mapper has a method 'lookup(name)', and 'object' has none
# > load None                a mapper has a method 'lookup(name)', and 'NoneType' has none
# > load dict                a mapper has a method 'lookup(name)', and 'dict' has none
# > load m                   Expected type 'module' but 'int' found.
# > load 4                   load expected at most 3 arguments, got 4
# > load keyword             load() got an unexpected keyword argument 'n'
# > loadNamed(handle)        Expected type 'str' but 'PythonModule' found.
# > loadNamed bytes          Expected type 'str' but 'bytes' found.
# > loadNamed mapper         a mapper has a method 'lookup(name)', and 'str' has none
# > loadPackage(name)        Expected type 'PythonModule' but 'str' found.
# > loadPackageNamed()       load_package_named() missing required argument 'mapper' (pos 2)
# > getModule(1)             Expected type 'str' but 'int' found.
# > getModule None           Expected type 'str' but 'NoneType' found.
# > handle.load              load() missing required argument 'mapper' (pos 1)
# > handle.load 1            a mapper has a method 'lookup(name)', and 'int' has none
# > DictMapper()             DictMapper() missing required argument 'mapping' (pos 1)
# > DictMapper 1             a mapping by name is wanted, and 'int' is none
# > DictMapper None          a mapping by name is wanted, and 'NoneType' is none
# > withOverrides 1          a mapping by name is wanted, and 'int' is none
# > withOverrides()          with_overrides() missing required argument 'overrides' (pos 1)
# > withOverrides list       a mapping by name is wanted, and 'list' is none
# > CallableMapper()         CallableMapper() missing required argument 'function' (pos 1)
# > CallableMapper 1         a callable is wanted, and 'int' is none
# > CallableMapper contains  a callable is wanted, and 'int' is none
# > ExclusiveMapper()        ExclusiveMapper() missing required argument 'names' (pos 2)
# > ExclusiveMapper 1        a mapper has a method 'lookup(name)', and 'int' has none
# > ExclusiveMapper names    'int' object is not iterable
# > ExclusiveMapper name     Expected type 'str' but 'int' found.
# > chain                    a mapper has a method 'lookup(name)', and 'int' has none
# > lookup 1                 Expected type 'str' but 'int' found.
# > contains                 contains() missing required argument 'name' (pos 1)
# > proxyModule()            proxy_module expected 1 argument, got 0
# > PythonModule()           cannot create 'exocet.PythonModule' instances
# > PythonAttribute()        cannot create 'exocet.PythonAttribute' instances
# > iterModules 1            a callable is wanted, and 'int' is none
# > walkModules              a callable is wanted, and 'str' is none
import exocet

handle, mapper = exocet.getModule("app"), exocet.emptyMapper
attempts = {
    "load()": lambda: exocet.load(),
    "load(handle)": lambda: exocet.load(handle),
    "load(name)": lambda: exocet.load("app", mapper),
    "load mapper": lambda: exocet.load(handle, object()),
    "load None": lambda: exocet.load(handle, None),
    "load dict": lambda: exocet.load(handle, {}),
    "load m": lambda: exocet.load(handle, mapper, 5),
    "load 4": lambda: exocet.load(handle, mapper, None, None),
    "load keyword": lambda: exocet.load(handle, mapper, n=None),
    "loadNamed(handle)": lambda: exocet.loadNamed(handle, mapper),
    "loadNamed bytes": lambda: exocet.loadNamed(b"app", mapper),
    "loadNamed mapper": lambda: exocet.loadNamed("app", "mapper"),
    "loadPackage(name)": lambda: exocet.loadPackage("app", mapper),
    "loadPackageNamed()": lambda: exocet.loadPackageNamed("app"),
    "getModule(1)": lambda: exocet.getModule(1),
    "getModule None": lambda: exocet.getModule(None),
    "handle.load": lambda: handle.load(),
    "handle.load 1": lambda: handle.load(1),
    "DictMapper()": lambda: exocet.DictMapper(),
    "DictMapper 1": lambda: exocet.DictMapper(1),
    "DictMapper None": lambda: exocet.DictMapper(None),
    "withOverrides 1": lambda: mapper.withOverrides(1),
    "withOverrides()": lambda: mapper.withOverrides(),
    "withOverrides list": lambda: exocet.withOverrides(mapper, []),
    "CallableMapper()": lambda: exocet.CallableMapper(),
    "CallableMapper 1": lambda: exocet.CallableMapper(1),
    "CallableMapper contains": lambda: exocet.CallableMapper(len, contains=1),
    "ExclusiveMapper()": lambda: exocet.ExclusiveMapper(mapper),
    "ExclusiveMapper 1": lambda: exocet.ExclusiveMapper(1, []),
    "ExclusiveMapper names": lambda: exocet.ExclusiveMapper(mapper, 1),
    "ExclusiveMapper name": lambda: exocet.ExclusiveMapper(mapper, [1]),
    "chain": lambda: exocet.chain(1),
    "lookup 1": lambda: mapper.lookup(1),
    "contains": lambda: mapper.contains(),
    "proxyModule()": lambda: exocet.proxyModule(),
    "PythonModule()": lambda: exocet.PythonModule(),
    "PythonAttribute()": lambda: exocet.PythonAttribute(),
    "iterModules 1": lambda: exocet.iterModules(1),
    "walkModules": lambda: handle.walkModules(onerror="x"),
}
for name, attempt in attempts.items():
    try:
        print(name, "->", attempt())
    except TypeError as error:
        print(name.ljust(24), error)
    except Exception as error:
        print(name.ljust(24), "!", type(error).__name__, error)
