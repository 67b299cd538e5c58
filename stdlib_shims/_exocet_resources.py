"""Stands for `importlib.readers`: the files beside the modules of a source, for `importlib.resources` and `pkgutil`.

A package on the disk gives real paths. One in an archive or in memory gives objects with the methods that
`importlib.resources.abc.Traversable` has. Left out: they can't be written to.
"""

import io


class Reader:
    """What `get_resource_reader` of a loader gives."""

    def __init__(self, loader, folders):
        self._loader = loader
        self._folders = folders

    def files(self):
        import os
        import pathlib
        if all(os.path.isdir(folder) for folder in self._folders):
            if len(self._folders) == 1:
                return pathlib.Path(self._folders[0])
            from importlib.readers import MultiplexedPath
            return MultiplexedPath(*self._folders)
        return File(self._loader, self._folders)

    def open_resource(self, resource):
        return self.files().joinpath(resource).open("rb")

    def resource_path(self, resource):
        import pathlib
        path = self.files().joinpath(resource)
        if isinstance(path, pathlib.Path):
            return str(path)
        raise FileNotFoundError(resource)

    def is_resource(self, path):
        return self.files().joinpath(path).is_file()

    def contents(self):
        return (item.name for item in self.files().iterdir())


class File:
    """A file or a folder of a source, perhaps a folder of several."""

    def __init__(self, loader, paths):
        self._loader = loader
        self._paths = paths

    @property
    def name(self):
        return self._paths[0].rpartition("/")[2]

    def iterdir(self):
        if not self.is_dir():
            raise NotADirectoryError(f"no folder {self._paths[0]!r}")
        seen = set()
        for path in self._paths:
            for name in self._loader.list_folder(path) or ():
                if name not in seen:
                    seen.add(name)
                    yield self.joinpath(name)

    def is_dir(self):
        return any(self._loader.list_folder(path) is not None for path in self._paths)

    def is_file(self):
        return not self.is_dir() and self._data() is not None

    def exists(self):
        return any(self._loader.exists(path) for path in self._paths)

    @property
    def parent(self):
        return File(self._loader, [path.rpartition("/")[0] for path in self._paths])

    def joinpath(self, *names):
        parts = [part for name in names for part in str(name).split("/") if part not in ("", ".")]
        if not parts:
            return self
        candidates = ["/".join([path, *parts]) for path in self._paths]
        exists = [path for path in candidates if self._loader.exists(path)]
        return File(self._loader, exists or candidates[:1])

    __truediv__ = joinpath

    def open(self, mode="r", *args, **kwargs):
        if "w" in mode or "a" in mode or "+" in mode or "x" in mode:
            raise ValueError(f"resources are read only, so the mode {mode!r} is not possible")
        file = io.BytesIO(self.read_bytes())
        return file if "b" in mode else io.TextIOWrapper(file, *args, **kwargs)

    def read_bytes(self):
        data = self._data()
        if data is None and self.is_dir():
            raise IsADirectoryError(f"a folder, and no file: {self._paths[0]!r}")
        if data is None:
            raise FileNotFoundError(f"no file {self._paths[0]!r}")
        return data

    def read_text(self, encoding=None, errors=None):
        with self.open("r", encoding=encoding or "utf-8", errors=errors) as file:
            return file.read()

    def _data(self):
        try:
            return self._loader.get_data(self._paths[0])
        except OSError:
            return None

    def __str__(self):
        return self._paths[0]

    def __repr__(self):
        return f"File({self._paths[0]!r})"


def distributions(found, sources, context):
    """The distributions that `importlib.metadata` asks for: those that it found on the disk, and then those of sources, which are pairs
    of a loader and the place that it reads. A place may be both.
    """
    from importlib import metadata

    seen = set()
    for distribution in found:
        seen.add(str(getattr(distribution, "_path", "")).replace("\\", "/").rstrip("/"))
        yield distribution
    prepared = metadata.Prepared(context.name)
    for loader, place in sources:
        for path in metadata.Lookup(_Place(loader, place)).search(prepared):
            if str(path).replace("\\", "/") not in seen:
                yield metadata.PathDistribution(path)


class _Place:
    """What `importlib.metadata` looks for distributions in."""

    def __init__(self, loader, place):
        self.root = place
        self._file = File(loader, [place])
        self.joinpath = self._file.joinpath

    def children(self):
        return [item.name for item in self._file.iterdir()] if self._file.is_dir() else []
