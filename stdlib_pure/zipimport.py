"""Stands for `zipimport` where the interpreter has no access to the host: archives are sources, and the loader imports from them."""

__all__ = ["ZipImportError", "zipimporter"]


class ZipImportError(ImportError):
    """An archive that nothing can be imported from."""


class zipimporter:
    """An importer of one archive; there is none, since the host hands archives in as sources."""

    def __init__(self, path):
        raise ZipImportError(f"the host hands archives in as sources: {path!r}", path=path)
