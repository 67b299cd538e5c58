# An override below a shared package is seen by its importer alone; the package itself is never written to.
# file: app.py
# | import pk.sub.leaf
# | import pk.sub.leaf as leaf
# | from pk.sub import leaf as item
# | from pk import sub
# | import pk.sub as again
# | value = pk.sub.leaf
# | real = pk.sub.other
# | from pk.sub import other
# file: other.py
# | import pk.sub.leaf
# file: pk/__init__.py
# | from . import sub
# | word = "word"
# file: pk/sub/__init__.py
# | from . import leaf, other
# file: pk/sub/leaf.py
# file: pk/sub/other.py
# > fake fake fake fake fake word
# > True True True
# > True
# > True True
# > True
# > mine word False
# > True pk True True
import exocet
import sys
import pk.sub.leaf

before = [dict(vars(module)) for module in (pk, pk.sub, pk.sub.leaf)]
mapper = exocet.pep302Mapper.withOverrides({"pk.sub.leaf": "fake"})
app = exocet.loadNamed("app", mapper)
print(app.value, app.leaf, app.item, app.sub.leaf, app.again.leaf, app.pk.word)
print(app.real is pk.sub.other, app.other is pk.sub.other, app.pk.sub is app.sub is app.again)
print([dict(vars(module)) for module in (pk, pk.sub, pk.sub.leaf)] == before)
print(exocet.loadNamed("other", exocet.pep302Mapper).pk is pk, sys.modules["pk.sub"].leaf is pk.sub.leaf)

# Names that differ only below something else are the very modules.
other = exocet.loadNamed("other", exocet.pep302Mapper.withOverrides({"pkg": 1, "pk_": 2}))
print(other.pk is pk)

# What a view is given stays on the view.
app.pk.word = "mine"
app.sub.new = 1
print(app.pk.word, pk.word, hasattr(pk.sub, "new"))
print(isinstance(app.pk, type(sys)), app.pk.__name__, "sub" in dir(app.pk), repr(app.pk).startswith("<view of <module 'pk'"))
