# An ExclusiveMapper denies names and everything below them; overrides above it allow them again.
# file: app.py
# | import pk.part
# file: item.py
# | from pk import part
# file: star.py
# | from pk import *
# | part
# file: plain.py
# | import pk
# | value = hasattr(pk, "part"), pk.value
# file: parts.py
# | import pkother
# file: cascade.py
# | try:
# |     import pk.part as part
# | except ImportError:
# |     part = "fallback"
# file: pk/__init__.py
# | from . import part
# | value = 1
# | __all__ = ["part", "value"]
# file: pk/part.py
# file: pkother.py
# > app | pk.part | No module named 'pk.part': denied by the exclusion of 'pk'
# > item | pk | No module named 'pk': denied by the exclusion of 'pk'
# > star | pk | No module named 'pk': denied by the exclusion of 'pk'
# > plain | pk | No module named 'pk': denied by the exclusion of 'pk'
# > pkother fallback
# > app | pk.part | No module named 'pk.part': denied by the exclusion of 'pk.part'
# > item | pk.part | No module named 'pk.part': denied by the exclusion of 'pk.part'
# > star | pk.part | No module named 'pk.part': denied by the exclusion of 'pk.part'
# > (True, 1) fallback
# > [False, False, True, True, False, True]
# > pk.part
# > True False True
# > True
# > plain | pk | No module named 'pk': denied by the exclusion of 'pk'
# > mine
# > app | pk.part | No module named 'pk.part': denied by the exclusion of 'pk'
# > False False
import exocet

def attempt(name, mapper):
    try:
        return exocet.loadNamed(name, mapper)
    except ModuleNotFoundError as error:
        print(name, "|", error.name, "|", str(error).partition(" (asked")[0])

whole = exocet.ExclusiveMapper(exocet.pep302Mapper, ["pk"])
for name in ("app", "item", "star", "plain"):
    attempt(name, whole)
print(attempt("parts", whole).pkother.__name__, attempt("cascade", whole).part)

part = exocet.ExclusiveMapper(exocet.pep302Mapper, "pk.part")
for name in ("app", "item", "star"):
    attempt(name, part)
print(attempt("plain", part).value, attempt("cascade", part).part)
print([mapper.contains(name) for mapper in (whole, part) for name in ("pk", "pk.part", "pkother")])
try:
    whole.lookup("pk.part")
except ImportError as error:
    print(error.name)

# An override re-allows what it names, and no more than that.
import pk
again = whole.withOverrides({"pk.part": pk.part})
print(attempt("app", again).pk.part is pk.part, again.contains("pk"), again.contains("pk.part"))
print(attempt("item", again).part is pk.part)
attempt("plain", again)
print(exocet.ExclusiveMapper(exocet.pep302Mapper, ["sys", "pk"]).withOverrides({"sys": "mine"}).lookup("sys"))

# Excluding is not overriding: below the exclusion, an override is denied too.
below = exocet.ExclusiveMapper(exocet.pep302Mapper.withOverrides({"pk": 1}), ("pk",))
attempt("app", below)
print(exocet.ExclusiveMapper(exocet.pep302Mapper, {"a": 1, "b": 2}).contains("a"), exocet.ExclusiveMapper(exocet.emptyMapper, []).contains("a"))
