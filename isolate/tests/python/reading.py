"""What can be read of a folder: a line for each way, with what it gives or raises. `isolates` compares them with CPython's."""

import glob
import io
import json
import linecache
import os
import pathlib
import pkgutil
import stat
import sys
import tokenize
import tomllib
import zipfile
from importlib import resources


def ways(root):
    """What is tried, by its text: `j` makes a path in the folder, `P` a `pathlib.Path`."""
    return [line for line in WAYS.strip().splitlines()]


WAYS = r'''
open(j("a.txt")).read()
open(j("a.txt"), "rb").read()
open(j("a.txt"), newline="").readlines()
list(open(j("a.txt")))
open(j("latin.txt"), encoding="latin-1").read()
open(j("latin.txt")).read()
open(j("latin.txt"), errors="replace").read()
open(j("a.txt"), encoding="no such").read()
open(j("bom.txt"), encoding="utf-8-sig").read()
open(os.fsencode(j("a.txt"))).readline()
open(P("a.txt")).readline()
open(j("none.txt"))
open(j("sub"))
open(j("a.txt", "x"))
open(j("a.txt", ""))
open(j("a.txt"), "q")
open(j("a.txt"), "rw")
open(j("a.txt"), "rbt")
open(j("a.txt"), "rb", encoding="utf-8")
open(j("a.txt"), "rb", newline="")
open(j("a.txt"), buffering=0)
open(j("a.txt"), "rb", buffering=0).read(3)
open("a\0b")
open("")
open(1.5)
open(-1)
open(j("a.txt"), 5)
open(j("a.txt"), closefd=False)
using(open(j("a.txt")))
seeking(open(j("a.txt"), "rb"))
seeking(io.FileIO(j("a.txt")))
telling(open(j("a.txt")))
closed(open(j("a.txt")))
open(j("a.txt")).write("x")
open(j("a.txt"), "rb").write(b"x")
open(j("a.txt"), "rb").truncate()
io.FileIO(j("a.txt")).write(b"x")
io.FileIO(j("a.txt"), "rw")
[open(j("a.txt")).mode, open(j("a.txt"), "rb").mode, open(j("a.txt"), "rt").mode, io.FileIO(j("a.txt")).mode]
[type(open(j("a.txt"))).__name__, type(open(j("a.txt"), "rb")).__name__, type(open(j("a.txt"), "rb", 0)).__name__]
[open(j("a.txt")).readable(), open(j("a.txt")).writable(), open(j("a.txt")).seekable(), open(j("a.txt")).isatty()]
io.open_code(j("mod.py")).read()
isinstance(io.FileIO(j("a.txt")), io.RawIOBase)
isinstance(open(j("a.txt")), io.TextIOBase)
io.open is open
os.path.getsize(j("a.txt"))
[os.path.exists(j(n)) for n in ("a.txt", "sub", "none", "a.txt/x", "sub/..", "none/../a.txt")]
[os.path.isfile(j(n)) for n in ("a.txt", "sub", "none", "a.txt/")]
[os.path.isdir(j(n)) for n in ("a.txt", "sub", "none", "sub/")]
[os.path.islink(j(n)) for n in ("a.txt", "sub", "none")]
[os.access(j(n), os.R_OK) for n in ("a.txt", "sub", "none")]
sorted(os.listdir(j()))
sorted(os.listdir(os.fsencode(j("sub"))))
os.listdir(j("none"))
os.listdir(j("a.txt"))
sorted((e.name, e.is_dir(), e.is_file(), e.is_symlink()) for e in os.scandir(j()))
sorted(os.path.relpath(e.path, j()) for e in os.scandir(j("sub")))
[(os.path.relpath(at, j()), sorted(folders), sorted(files)) for at, folders, files in sorting(os.walk(j()))]
[os.path.relpath(at, j()) for at, _, _ in os.walk(j("sub"), topdown=False)]
list(os.walk(j("none")))
[stat.S_ISREG(os.stat(j("a.txt")).st_mode), stat.S_ISDIR(os.stat(j("sub")).st_mode), os.lstat(j("a.txt")).st_size]
os.stat(j("none"))
os.stat(j("a.txt", "x"))
os.stat(1.5)
os.path.samefile(j("a.txt"), j("sub", "..", "a.txt"))
os.path.samefile(j("a.txt"), j("mod.py"))
os.path.realpath(j("sub", "..", "a.txt")) == j("a.txt")
os.readlink(j("a.txt"))
sorted(os.path.relpath(p, j()) for p in glob.glob(j("**", "*.txt"), recursive=True))
sorted(glob.glob("*.txt", root_dir=j()))
P("a.txt").read_text()
P("a.txt").read_bytes()
P("none").read_text()
[P("a.txt").exists(), P("none").exists(), P("sub").is_dir(), P("a.txt").is_file(), P("a.txt").stat().st_size]
sorted(p.name for p in P("").iterdir())
sorted(p.name for p in P("").glob("**/*.txt"))
sorted(p.name for p in P("").rglob("*.py"))
P("sub").resolve() == P("sub")
P("a.txt").open().readline()
tomllib.load(open(j("t.toml"), "rb"))
json.load(open(j("d.json")))
zipfile.ZipFile(j("z.zip")).namelist()
zipfile.ZipFile(j("z.zip")).read("in/side.txt")
zipfile.ZipFile(open(j("z.zip"), "rb")).open("in/side.txt").readline()
zipfile.is_zipfile(j("a.txt"))
linecache.getline(j("mod.py"), 2)
tokenize.open(j("mod.py")).read()
resources.files("pkg").joinpath("data.txt").read_text()
resources.read_text("pkg", "data.txt")
sorted(item.name for item in resources.files("pkg").iterdir() if item.name != "__pycache__")
pkgutil.get_data("pkg", "data.txt")
open(os.path.join(os.path.dirname(sys.modules["pkg"].__file__), "data.txt")).read()
open(os.path.join(os.path.dirname(os.path.abspath(sys.modules["pkg"].__file__)), "data.txt")).read()
pathlib.Path(sys.modules["pkg"].__file__).resolve().with_name("data.txt").read_text()
'''


def using(file):
    with file as same:
        first = next(same)
    return [first, file.closed, same is file]


def seeking(file):
    found = [file.read(2), file.tell(), file.seek(-3, 2), file.read(), file.read(), file.seek(1), file.readline()]
    buffer = bytearray(4)
    file.seek(0)
    return [*found, file.readinto(buffer), bytes(buffer), file.seekable()]


def telling(file):
    file.readline()
    place = file.tell()
    rest = file.read()
    file.seek(place)
    return file.read() == rest


def closed(file):
    file.close()
    file.close()
    return file.read()


def sorting(walk):
    for at, folders, files in walk:
        folders.sort()
        yield at, folders, files


def work(root):
    import pkg
    names = {**globals(), "j": lambda *names: os.path.join(root, *names), "P": lambda *names: pathlib.Path(root, *names)}
    lines = []
    for way in ways(root):
        try:
            result = repr(eval(way, names))
        except Exception as raised:
            kinds = [kind.__name__ for kind in (OSError, ValueError, TypeError, LookupError) if isinstance(raised, kind)]
            result = f"{type(raised).__name__} {kinds} {getattr(raised, 'errno', None)} {getattr(raised, 'filename', None)!r}"
        lines.append(f"{way} -> {result}")
    return lines


if __name__ == "__main__":
    sys.path.insert(0, sys.argv[1])
    print("\n".join(work(sys.argv[1])))
