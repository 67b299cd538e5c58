"""Loads Python modules fresh, with mappers that decide what their imports get."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Literal, Protocol, Self, final

__version__: str = ...

class _Lookup(Protocol):
    """Any object with `lookup(name)` is a mapper."""

    def lookup(self, name: str, /) -> Any: ...

class _Names(Protocol):
    """A mapping by name, as `dict` takes one."""

    def keys(self) -> Iterable[str]: ...
    def __getitem__(self, name: str, /) -> Any: ...
    def __contains__(self, name: object, /) -> bool: ...

class IMapper:
    """What every mapper can do; a class below it has a `lookup` of its own, and inherits the rest."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Self: ...
    def lookup(self, name: str) -> Any:
        """What an import of `name` gets; ModuleNotFoundError for that name means that another mapper may have it."""
    def contains(self, name: str) -> bool:
        """Whether lookup would find `name`; nothing is imported to find out."""
    def withOverrides(self, overrides: _Names) -> IMapper:
        """A new mapper that looks into a mapping before it asks this one."""
    def with_overrides(self, overrides: _Names) -> IMapper:
        """A new mapper that looks into a mapping before it asks this one."""
    def findSpec(self, name: str) -> ModuleSpec | None:
        """The spec of what an import of `name` would get, or None."""
    def find_spec(self, name: str) -> ModuleSpec | None:
        """The spec of what an import of `name` would get, or None."""
    def unused(self) -> list[str]:
        """The overridden and excluded names that nobody asked for."""

class DictMapper(IMapper):
    """A mapper that answers with what a mapping holds, and with nothing else."""

    def __new__(cls, mapping: _Names) -> Self: ...

class CallableMapper(IMapper):
    """A mapper that answers with what a function returns for a name, unless it raises ModuleNotFoundError for it."""

    def __new__(cls, function: Callable[[str], Any], contains: Callable[[str], object] | None = None) -> Self: ...

class ExclusiveMapper(IMapper):
    """A mapper that denies names and everything below them, and asks another mapper for the rest."""

    def __new__(cls, mapper: _Lookup, names: str | Iterable[str]) -> Self: ...

class PolicyMapper(IMapper):
    """A mapper that asks another one for what a policy, as a dict or as TOML text, allows."""

    def __new__(cls, mapper: _Lookup, policy: str | Mapping[str, Any]) -> Self: ...

class Withheld(AttributeError):
    """A name of a module is withheld by a policy."""

class LimitExceeded(BaseException):
    """Code has exceeded a limit; `limit` is its name."""

    limit: str

class Realm(IMapper):
    """A mapper with modules of its own, fresh together and each loaded once; it asks another for the rest."""

    def __new__(
        cls,
        packages: PythonModule | str | Iterable[PythonModule | str] = (),
        mapper: _Lookup = ...,
        path: str | Iterable[str] = (),
    ) -> Self: ...
    @property
    def mapper(self) -> IMapper:
        """The mapper that the realm is."""
    @property
    def modules(self) -> dict[str, Any]:
        """Its modules by name, as they see them in `sys.modules`."""
    @property
    def path(self) -> list[Any]:
        """What its modules see as `sys.path`."""
    @property
    def meta_path(self) -> list[Any]:
        """What its modules see as `sys.meta_path`."""
    @property
    def path_hooks(self) -> list[Any]:
        """What its modules see as `sys.path_hooks`."""
    @property
    def path_importer_cache(self) -> dict[str, Any]:
        """What its modules see as `sys.path_importer_cache`."""
    def loadNamed(self, name: str) -> Any:
        """The realm's module of that name, loaded if it isn't yet."""
    def load_named(self, name: str) -> Any:
        """The realm's module of that name, loaded if it isn't yet."""
    def replace(self, name: str, rebind: bool = False) -> Replacement:
        """Loads a module that is loaded already anew, in its place, and returns what has changed; ValueError for what is none of the realm's modules."""
    def __getattr__(self, name: str) -> Any:
        """What the package has whose context it is."""

PackageContext = Realm
"""What `loadPackage` returns: a realm of one package."""

_OnFailure = Literal["skip", "raise"] | int

class Plugins:
    """The plugins of an application: found by a rule, each loaded in a realm of its own, and replaced while the program runs."""

    def __new__(
        cls,
        *,
        package: str | None = None,
        group: str | None = None,
        marker: str | None = None,
        path: str | Iterable[str] | None = None,
        cache: str | None = None,
        mapper: _Lookup | None = None,
        policy: str | Mapping[str, Any] | None = None,
        limits: Mapping[str, float] | None = None,
        library: str | Iterable[str] | None = None,
        share: str | Iterable[str] | None = None,
        requires: str | Iterable[str] | None = None,
        priority: int | None = None,
        on_failure: _OnFailure | None = None,
        enabled: bool | None = None,
        helper: bool = False,
    ) -> Self: ...
    def configure(self, pattern: str, *, mapper: _Lookup | None = None, policy: str | Mapping[str, Any] | None = None, limits: Mapping[str, float] | None = None, library: str | Iterable[str] | None = None, share: str | Iterable[str] | None = None, requires: str | Iterable[str] | None = None, priority: int | None = None, on_failure: _OnFailure | None = None, enabled: bool | None = None, helper: bool = False) -> None:
        """Decides for the plugins whose names fit a pattern, in which `*` stands for any text and `?` for one character."""
    def load(self) -> list[Any]:
        """Finds plugins and loads those that aren't loaded; what became of each."""
    def poll(self) -> list[Any]:
        """Loads anew what has changed; what became of each."""
    def reload(self, *names: str) -> list[Any]:
        """Loads new generations of these plugins; what became of each."""
    def enable(self, name: str) -> list[Any]:
        """Loads a plugin that was disabled."""
    def disable(self, name: str) -> Any:
        """Puts a plugin out of use."""
    def found(self) -> Any:
        """What is found, with `plugins` and `problems`; nothing is loaded."""
    def status(self) -> list[Any]:
        """Each plugin as it is now, sorted by name."""
    def failures(self, name: str | None = None) -> list[Any]:
        """What plugins did wrong, oldest first."""
    def order(self, hook: str | None = None) -> list[str]:
        """The plugins at work, or those that offer the hook, in the order in which they are called."""
    def call_all(self, hook: str, *args: Any, on_failure: _OnFailure | None = None, **kwargs: Any) -> list[Reply]:
        """The replies of all plugins that offer the hook."""
    def first(self, hook: str, *args: Any, on_failure: _OnFailure | None = None, **kwargs: Any) -> Any:
        """The first answer that isn't None."""
    def chain(self, hook: str, value: Any, *args: Any, on_failure: _OnFailure | None = None) -> Any:
        """Passes a value through the plugins, each with what the one before returned; what the last one returned."""
    def held(self, name: str, generation: int | None = None) -> Any:
        """Who still holds what of old generations."""
    def generation_of(self, object: object) -> Any:
        """Of which generation of which plugin a function, a class, an instance or a module is, or None."""
    def watch(self) -> Any:
        """Waits for the system's reports of changes: to be iterated over, or asked by `next(timeout)`."""
    def on_change(self, function: Callable[[Any], object]) -> None:
        """Calls a function with each change, after it was made."""
    def __getitem__(self, name: str) -> Any: ...
    def __contains__(self, name: object) -> bool: ...
    def __len__(self) -> int: ...

@final
class Reply:
    """What one plugin answered."""

    @property
    def plugin(self) -> str:
        """The plugin."""
    @property
    def generation(self) -> int:
        """Its generation."""
    @property
    def result(self) -> Any:
        """What its function returned; None where it raised."""
    @property
    def error(self) -> BaseException | None:
        """What its function raised; None where it returned."""

@final
class Replacement:
    """What the replacement of a module has changed."""

    @property
    def name(self) -> str:
        """The name of the module."""
    @property
    def origin(self) -> str | None:
        """The file of the new module; None where it has none."""
    @property
    def added(self) -> list[str]:
        """The names that the new module has and the old one had not."""
    @property
    def removed(self) -> list[str]:
        """The names that the old module had and the new one has not."""
    @property
    def rebound(self) -> list[tuple[str, str]]:
        """The names of other modules that were bound anew, as pairs of a module's name and a name in it."""
    @property
    def held(self) -> list[Holder]:
        """Who still holds what belongs to the old module."""
    @property
    def more(self) -> int:
        """How many holders there are beside those in `held`."""

@final
class Holder:
    """One reference to what belongs to a module that was replaced."""

    @property
    def holder(self) -> str:
        """The module or the frame where the way to the object begins."""
    @property
    def path(self) -> str:
        """The way to the object from there."""
    @property
    def object(self) -> str:
        """What is held."""

@final
class PythonModule:
    """A handle on a module that exists in a source; it never runs the module."""

    @property
    def name(self) -> str:
        """The absolute dotted name."""
    @property
    def filePath(self) -> str | None:
        """The file that the module stands in; None for a namespace package."""
    @property
    def file_path(self) -> str | None:
        """The file that the module stands in; None for a namespace package."""
    @property
    def kind(self) -> Literal["module", "package", "namespace"]:
        """What kind of module it is."""
    def isPackage(self) -> bool:
        """Whether the module may have submodules."""
    def is_package(self) -> bool:
        """Whether the module may have submodules."""
    def load(self, mapper: _Lookup, m: ModuleType | None = None) -> ModuleType:
        """A fresh module object of this module, a package with its own modules fresh; or `m`, filled."""
    def iterModules(self, onerror: Callable[[Exception], object] | None = None) -> Iterator[PythonModule]:
        """The modules directly below this one."""
    def iter_modules(self, onerror: Callable[[Exception], object] | None = None) -> Iterator[PythonModule]:
        """The modules directly below this one."""
    def walkModules(self, onerror: Callable[[Exception], object] | None = None) -> Iterator[PythonModule]:
        """This module and every one below it."""
    def walk_modules(self, onerror: Callable[[Exception], object] | None = None) -> Iterator[PythonModule]:
        """This module and every one below it."""
    def iterAttributes(self) -> Iterator[PythonAttribute]:
        """The module's top-level attributes, read from its source."""
    def iter_attributes(self) -> Iterator[PythonAttribute]:
        """The module's top-level attributes, read from its source."""
    def iterImportNames(self) -> Iterator[str]:
        """The absolute names that the module imports, read from its source."""
    def iter_import_names(self) -> Iterator[str]:
        """The absolute names that the module imports, read from its source."""
    def iterExportNames(self) -> Iterator[str]:
        """The names that `from module import *` binds, read from the module's source."""
    def iter_export_names(self) -> Iterator[str]:
        """The names that `from module import *` binds, read from the module's source."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __lt__(self, other: PythonModule, /) -> bool: ...
    def __le__(self, other: PythonModule, /) -> bool: ...
    def __gt__(self, other: PythonModule, /) -> bool: ...
    def __ge__(self, other: PythonModule, /) -> bool: ...

@final
class PythonAttribute:
    """A top-level attribute of a module, known from its source."""

    @property
    def name(self) -> str:
        """The absolute dotted name of the attribute."""
    @property
    def module(self) -> PythonModule:
        """The handle of the attribute's module."""

pep302Mapper: IMapper = ...
pep302_mapper: IMapper = ...
emptyMapper: IMapper = ...
empty_mapper: IMapper = ...

def load(module: PythonModule, mapper: _Lookup, m: ModuleType | None = None) -> ModuleType:
    """A fresh module object of a handle, a package with its own modules fresh; or `m`, filled."""

def loadNamed(name: str, mapper: _Lookup, m: ModuleType | None = None) -> ModuleType:
    """A fresh module object of the module of that name, a package with its own modules fresh; or `m`, filled."""

def load_named(name: str, mapper: _Lookup, m: ModuleType | None = None) -> ModuleType:
    """A fresh module object of the module of that name, a package with its own modules fresh; or `m`, filled."""

def loadPackage(package: PythonModule, mapper: _Lookup) -> Realm:
    """The context of a package, a realm of its modules; ValueError for what is no package."""

def load_package(package: PythonModule, mapper: _Lookup) -> Realm:
    """The context of a package, a realm of its modules; ValueError for what is no package."""

def loadPackageNamed(name: str, mapper: _Lookup) -> Realm:
    """The context of the package of that name; ValueError for what is no package."""

def load_package_named(name: str, mapper: _Lookup) -> Realm:
    """The context of the package of that name; ValueError for what is no package."""

def compileAhead(modules: Iterable[PythonModule]) -> None:
    """Begins to compile modules on other threads, and what they import from beside them."""

def compile_ahead(modules: Iterable[PythonModule]) -> None:
    """Begins to compile modules on other threads, and what they import from beside them."""

def getModule(name: str) -> PythonModule:
    """A handle on the module of that name; nothing is imported."""

def get_module(name: str) -> PythonModule:
    """A handle on the module of that name; nothing is imported."""

def iterModules(onerror: Callable[[Exception], object] | None = None, path: str | Iterable[str] | None = None) -> Iterator[PythonModule]:
    """The top-level modules, on sys.path and in the embedded library."""

def iter_modules(onerror: Callable[[Exception], object] | None = None, path: str | Iterable[str] | None = None) -> Iterator[PythonModule]:
    """The top-level modules, on sys.path and in the embedded library."""

def walkModules(onerror: Callable[[Exception], object] | None = None, path: str | Iterable[str] | None = None) -> Iterator[PythonModule]:
    """Every module, on sys.path and in the embedded library."""

def walk_modules(onerror: Callable[[Exception], object] | None = None, path: str | Iterable[str] | None = None) -> Iterator[PythonModule]:
    """Every module, on sys.path and in the embedded library."""

def proxyModule(original: object, /, **replacements: Any) -> Any:
    """The module with some attributes replaced; the original stays as it is."""

def proxy_module(original: object, /, **replacements: Any) -> Any:
    """The module with some attributes replaced; the original stays as it is."""

def withOverrides(mapper: _Lookup, overrides: _Names) -> IMapper:
    """A new mapper that looks into a mapping before it asks `mapper`."""

def with_overrides(mapper: _Lookup, overrides: _Names) -> IMapper:
    """A new mapper that looks into a mapping before it asks `mapper`."""

def redirect(mapper: _Lookup, names: Mapping[str, str]) -> IMapper:
    """A new mapper that answers each name, and what is below it, with another name's module."""

def chain(*mappers: _Lookup) -> IMapper:
    """A mapper that asks each of these until one has the name."""
