# Loads nest: a module that is being loaded, its functions and its __getattr__ may load others, each under its own mapper.
# file: outer.py
# | import exocet
# | inner = exocet.loadNamed("inner", exocet.emptyMapper.withOverrides({"dep": "from outer"}))
# | import dep
# | def late():
# |     return exocet.loadNamed("inner", exocet.emptyMapper.withOverrides({"dep": "late"})).dep
# | def __getattr__(name):
# |     return exocet.loadNamed("inner", exocet.emptyMapper.withOverrides({"dep": name})).dep
# file: inner.py
# | import dep
# file: failing.py
# | import exocet
# | try:
# |     exocet.loadNamed("inner", exocet.emptyMapper)
# | except ImportError as error:
# |     missing = error.name
# | import dep
# > from outer outermost late anything
# > dep outermost
# > by the mapper
import exocet

mapper = exocet.DictMapper({"exocet": exocet, "dep": "outermost"})
outer = exocet.loadNamed("outer", mapper)
print(outer.inner.dep, outer.dep, outer.late(), outer.anything)
failing = exocet.loadNamed("failing", mapper)
print(failing.missing, failing.dep)

class Loading:
    """A mapper that loads what it is asked for, under itself."""
    def lookup(self, name):
        return exocet.loadNamed(name, exocet.withOverrides(self, {"dep": "by the mapper"}))
print(exocet.withOverrides(Loading(), {}).lookup("inner").dep)
