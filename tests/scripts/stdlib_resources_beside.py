# Resources beside a module that is no package, and with no anchor: the calling module is one. Of a namespace package, too.
# file: tool/__init__.py
# file: tool/reads.py
# | import importlib.resources as resources
# | def text(*names): return resources.files().joinpath(*names).read_text()
# | def beside(anchor, name): return (resources.files(anchor) / name).read_text()
# | def names(anchor): return sorted(item.name for item in resources.files(anchor).iterdir() if item.name != "__pycache__")
# | def copied():
# |     with resources.as_file(resources.files("tool") / "data") as folder:
# |         return sorted(path.name for path in folder.rglob("*.txt"))
# | def refused(act):
# |     try: act()
# |     except OSError as error: return type(error).__name__
# | def mistakes():
# |     files = resources.files("tool")
# |     listing = refused(lambda: list((files / "one.txt").iterdir()))
# |     return listing, refused((files / "data").read_text), refused((files / "absent").read_text)
# file: tool/one.txt
# | one
# file: tool/data/two.txt
# | two
# file: tool/data/deep/three.txt
# | three
# file: spread/four.txt
# | four
# file: spread/part.py
# file: alone.py
# file: five.txt
# | five
# > one two one two four four five
# > ['four.txt', 'part.py'] ['three.txt', 'two.txt'] ('NotADirectoryError', 'IsADirectoryError', 'FileNotFoundError')
# > one two one two four four five
# > ['four.txt', 'part.py'] ['three.txt', 'two.txt'] ('NotADirectoryError', 'IsADirectoryError', 'FileNotFoundError')
# > one two one two four four five
# > ['four.txt', 'part.py'] ['three.txt', 'two.txt'] ('NotADirectoryError', 'IsADirectoryError', 'FileNotFoundError')
import exocet
import sys
import tool.reads

def show(reads):
    texts = [reads.text("one.txt"), reads.text("data", "two.txt"), reads.beside("tool.reads", "one.txt")]
    texts += [reads.beside("tool.data", "two.txt"), reads.beside("spread", "four.txt"), reads.beside("spread.part", "four.txt")]
    texts += [reads.beside("alone", "five.txt")]
    print(*(text.strip() for text in texts))
    print(reads.names("spread"), reads.copied(), reads.mistakes())

show(tool.reads)
realm = exocet.Realm(["tool", "spread", "alone"])
show(realm.loadNamed("tool.reads"))
show(exocet.loadPackageNamed("tool", exocet.withOverrides(exocet.pep302Mapper, {"unused": None})).loadNamed("tool.reads"))
