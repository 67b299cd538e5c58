# A redirect gives one name's module for another's, and what is below it.
# file: app.py
# | import old, old.part
# | from old import part, value
# | import gone as there
# file: new/__init__.py
# | value = "new"
# file: new/part.py
# | name = __name__
# file: there.py
# file: circle.py
# | import a
# > new new.part new there
# > True True False
# > True True False True
# > ImportError the renames of 'a' go in circles
# > TypeError Expected type 'str' but 'int' found.
# > TypeError Expected type 'str' but 'int' found.
# > TypeError a mapping by name is wanted, and 'list' is none
# > TypeError a mapping by name is wanted, and 'NoneType' is none
# > TypeError a mapping by name is wanted, and 'str' is none
import exocet
import sys

mapper = exocet.redirect(exocet.pep302Mapper, {"old": "new", "gone": "there"})
app = exocet.loadNamed("app", mapper)
print(app.old.__name__, app.part.name, app.value, app.there.__name__)
print(app.part is sys.modules["new.part"], app.old.part is app.part, "old" in sys.modules)
print(mapper.contains("old"), mapper.contains("old.part"), mapper.contains("old.absent"), mapper.lookup("old") is sys.modules["new"])
try:
    exocet.loadNamed("circle", exocet.redirect(exocet.emptyMapper, {"a": "b", "b": "a"}))
except ImportError as error:
    print(type(error).__name__, error)
for wrong in ({"a": 1}, {1: "a"}, ["a"], None, "ab"):
    try:
        exocet.redirect(exocet.emptyMapper, wrong)
    except (TypeError, AttributeError) as error:
        print(type(error).__name__, error)
