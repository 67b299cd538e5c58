# Folders and zip archives on sys.path are listed and loaded alike, nothing imported; what can't be read is reported.
# > ['zz_other', 'zz_pack', 'zz_space'] ['zz_other', 'zz_pack', 'zz_pack.a', 'zz_pack.b', 'zz_pack.c__init__', 'zz_space', 'zz_space.deep', 'zz_space.deep.leaf']
# > /tree/zz_pack/__init__.py ['zz_pack.a', 'zz_pack.b', 'zz_pack.c__init__']
# > a
# > True
# > zz_other True
# > ['zz_other', 'zz_pack', 'zz_space'] ['zz_other', 'zz_pack', 'zz_pack.a', 'zz_pack.b', 'zz_pack.c__init__', 'zz_space', 'zz_space.deep', 'zz_space.deep.leaf']
# > /tree.zip/inner/zz_pack/__init__.py ['zz_pack.a', 'zz_pack.b', 'zz_pack.c__init__']
# > a
# > True
# > zz_other True
# > [] []
# > ['zz_other', 'zz_pack', 'zz_space'] True
# > []
# > ['zz_other', 'zz_pack', 'zz_pack.a', 'zz_pack.b', 'zz_pack.c__init__', 'zz_space', 'zz_space.deep', 'zz_space.deep.leaf']
# > ['OSError']
# > ['ImportWarning']
# > onerror may end the listing
import exocet
import os
import sys
import tempfile
import warnings
import zipfile

FILES = {
    "zz_pack/__init__.py": "from . import a\n",
    "zz_pack/a.py": "import zz_other\nvalue = 'a'\n",
    "zz_pack/b.py": "raise RuntimeError('not to be run')\n",
    "zz_pack/c__init__.py": "",
    "zz_pack/data.txt": "text",
    "zz_other.py": "name = __name__\n",
    "zz_space/deep/leaf.py": "where = __file__\n",
}
folder = os.path.realpath(tempfile.mkdtemp())
tree = os.path.join(folder, "tree")
for path, text in FILES.items():
    os.makedirs(os.path.dirname(os.path.join(tree, path)), exist_ok=True)
    with open(os.path.join(tree, path), "w") as file:
        file.write(text)
archive = os.path.join(folder, "tree.zip")
with zipfile.ZipFile(archive, "w") as file:
    for path, text in FILES.items():
        file.writestr("inner/" + path, text)
not_a_folder = os.path.join(folder, "plain.txt")
with open(not_a_folder, "w") as file:
    file.write("neither a folder nor an archive")

def own(modules):
    return [module.name for module in modules if module.name.startswith("zz_")]

before = own(exocet.walkModules())
old = sys.path
for entry in (tree, archive + "/inner"):
    # The list may be another one.
    sys.path = old + [entry]
    print(own(exocet.iterModules()), own(exocet.walkModules()))
    pack = exocet.getModule("zz_pack")
    print(pack.filePath.replace(folder, "").replace(os.sep, "/"), own(pack.iterModules()))
    print(exocet.loadPackageNamed("zz_pack", exocet.emptyMapper.withOverrides({"zz_other": 1})).loadNamed("zz_pack.a").value)
    leaf = exocet.loadNamed("zz_space.deep.leaf", exocet.emptyMapper)
    print(leaf.where == leaf.__file__ == exocet.getModule("zz_space.deep.leaf").filePath)
    print(exocet.loadNamed("zz_pack.a", exocet.pep302Mapper).zz_other.name, own(pack.iterModules()) == own(pack.iterModules()))
    del sys.modules["zz_other"]
    sys.path = old
    sys.path_importer_cache.clear()
print(before, own(exocet.walkModules()))

# The first entry wins, and a name is listed once.
sys.path = [tree, archive + "/inner"] + old
print(own(exocet.iterModules()), exocet.getModule("zz_other").filePath.endswith("tree/zz_other.py"))
sys.path = old

# Entries that aren't there, or are no folders, change nothing.
sys.path = old + [os.path.join(folder, "absent"), not_a_folder]
with warnings.catch_warnings():
    warnings.simplefilter("error")
    print(own(exocet.walkModules()))
sys.path = old

# What can't be listed goes to onerror, or is a warning; the listing goes on.
os.symlink(tree, os.path.join(tree, "zz_loop"))
os.mkdir(os.path.join(tree, "zz_empty"))
sys.path = old + [tree]
errors = []
print(own(exocet.walkModules(onerror=errors.append)))
print([type(error).__name__ for error in errors])
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    own(exocet.walkModules())
print([warning.category.__name__ for warning in caught])
def stop(error):
    raise KeyboardInterrupt
try:
    own(exocet.walkModules(onerror=stop))
except KeyboardInterrupt:
    print("onerror may end the listing")
sys.path = old
