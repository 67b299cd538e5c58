# Everything that Python sees has a docstring of one sentence.
# file: app.py
# > None
import exocet

def wanting(name, value):
    doc = getattr(value, "__doc__", None)
    if not doc:
        return f"{name} has none"
    if "\n" in doc or not doc.endswith("."):
        return f"{name}: {doc!r}"

print(wanting("exocet", exocet))
kinds = [getattr(exocet, name) for name in dir(exocet) if not name.startswith("_") and isinstance(getattr(exocet, name), type)]
loaded = exocet.loadNamed("app", exocet.emptyMapper)
kinds += map(type, [loaded.__loader__, exocet.iterModules(), exocet.proxyModule(loaded), loaded.__builtins__["__import__"]])
for name in dir(exocet):
    if not name.startswith("__") and not isinstance(getattr(exocet, name), exocet.IMapper):
        complaint = wanting(name, getattr(exocet, name))
        if complaint:
            print(complaint)
for kind in kinds:
    for name in vars(kind):
        if not name.startswith("__"):
            complaint = wanting(f"{kind.__name__}.{name}", vars(kind)[name])
            if complaint:
                print(complaint)
