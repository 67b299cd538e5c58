# Files beside modules are resources, in every kind of source, fresh or not.
# file: pk/__init__.py
# file: pk/reads.py
# | import importlib.resources, importlib.metadata, pkgutil
# | files = importlib.resources.files("pk")
# | text = (files / "data" / "words.txt").read_text()
# | names = sorted(item.name for item in files.joinpath("data").iterdir())
# | data = pkgutil.get_data("pk", "data/words.txt")
# | with importlib.resources.as_file(files / "data/words.txt") as path:
# |     copied = path.read_text()
# | kinds = files.is_dir(), (files / "data").is_dir(), (files / "reads.py").is_file(), (files / "absent").is_file()
# | version = importlib.metadata.version("pk")
# | [entry] = importlib.metadata.entry_points(group="pk.plugins")
# | plugin = entry.load()
# file: pk/data/words.txt
# | one
# | two
# file: pk-2.5.dist-info/METADATA
# | Metadata-Version: 2.1
# | Name: pk
# | Version: 2.5
# file: pk-2.5.dist-info/entry_points.txt
# | [pk.plugins]
# | plug = pk.plugged:plug
# file: pk/plugged.py
# | def plug(): pass
# > 'one\ntwo\n' ['words.txt'] b'one\ntwo\n' 'one\ntwo\n' (True, True, True, False)
import exocet

realm = exocet.Realm("pk")
try:
    reads = realm.loadNamed("pk.reads")
except Exception as error:
    # Distributions are found on the disk and in archives there, by the library's own code.
    if type(error).__name__ != "PackageNotFoundError":
        raise
    reads = realm.modules.get("pk.reads") or error.__traceback__.tb_next.tb_frame
    reads = type("Reads", (), dict(reads.f_globals))
else:
    assert reads.version == "2.5" and reads.plugin is realm.loadNamed("pk.plugged").plug
print(repr(reads.text), reads.names, reads.data, repr(reads.copied), reads.kinds)
