"""Registry of named components, such as shapes, engines and schedulers.

A component of this package is a module in the folder of its kind. Installed packages add components
with entry points, and a workspace with files in ``plugins/`` (:mod:`janus_md.common.plugins`).
Components are imported on first use.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from functools import lru_cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Generic, TypeVar, cast

from janus_md.common import plugins
from janus_md.common.errors import JanusError
from janus_md.common.messages import unknown

T = TypeVar("T")


class Registry(Generic[T]):
    """Components of one kind.

    Parameters
    ----------
    kind : str
        Name of the kind in messages, such as ``pair term``.
    group : str
        Group of the entry points.
    attribute : str
        Name of the component in its module.
    package : str
        Package that contains the built-in components; empty if there are none.
    folders_alone : bool
        Whether modules that are not packages are ignored.
    """

    def __init__(
        self, kind: str, group: str, attribute: str, package: str = "", folders_alone: bool = False
    ) -> None:
        self.kind, self.group, self.attribute = kind, group, attribute
        self._package, self._folders_alone = package, folders_alone

    def names(self) -> list[str]:
        """Return the names: built-in, of installed packages, of the workspace; each part sorted."""
        installed, own = _installed(self.group), self._of_workspace()
        return list(dict.fromkeys([*self._built_in(), *sorted(installed), *own]))

    def get(self, name: str) -> T:
        """Return the component with this name.

        Raises
        ------
        JanusError
            If there is none, or it cannot be loaded.
        """
        found = self.find(name)
        if found is None:
            raise JanusError(unknown(self.kind, name, self.names()))
        return found

    def find(self, name: str) -> T | None:
        """Return the component with this name; None if there is none.

        Raises
        ------
        JanusError
            If it cannot be loaded.
        """
        if name in self._built_in():
            if name in plugins.files() and hasattr(plugins.module(name), self.attribute):
                raise JanusError(
                    f"plugin {plugins.files()[name]}: janus-md has a {self.kind} with this name; "
                    "rename the file"
                )
            return cast(T, getattr(import_module(f"{self._package}.{name}"), self.attribute))
        own = plugins.module(name)
        if own is not None and hasattr(own, self.attribute):
            return cast(T, getattr(own, self.attribute))
        entry = _installed(self.group).get(name)
        return None if entry is None else cast(T, _loaded(entry))

    def import_built_in(self) -> None:
        """Import all built-in components, in a process that is to be forked."""
        for name in self._built_in():
            import_module(f"{self._package}.{name}")

    def added(self) -> dict[str, str]:
        """Return the origin of each component that is not built in, by name."""
        built_in = self._built_in()
        entries = {
            name: f"{entry.value} (entry point of {getattr(entry.dist, 'name', 'a package')})"
            for name, entry in sorted(_installed(self.group).items())
        }
        files = plugins.files()
        own = {name: str(files[name]) for name in self._of_workspace()}
        return {name: place for name, place in entries.items() if name not in built_in} | own

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.find(name) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self.names())

    def _built_in(self) -> tuple[str, ...]:
        return _modules(self._package, self._folders_alone) if self._package else ()

    def _of_workspace(self) -> list[str]:
        """Return the names of the workspace's plugin files with a component of this kind."""
        return [name for name in plugins.files() if hasattr(plugins.module(name), self.attribute)]


@lru_cache(maxsize=64)
def _modules(package: str, folders_alone: bool) -> tuple[str, ...]:
    found = pkgutil.iter_modules(import_module(package).__path__)
    return tuple(
        sorted(one.name for one in found if one.name[0] != "_" and (one.ispkg or not folders_alone))
    )


@lru_cache(maxsize=1)
def all_entry_points() -> Any:
    """Return the entry points of all installed packages, which are searched once per process."""
    return entry_points()


@lru_cache(maxsize=64)
def _installed(group: str) -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in all_entry_points().select(group=group)}


@lru_cache(maxsize=256)
def _loaded(entry: EntryPoint) -> object:
    try:
        return entry.load()
    except Exception as error:
        why = " ".join(str(error).split())
        raise JanusError(
            f"entry point {entry.name} of {entry.group}: {entry.value} cannot be loaded "
            f"({type(error).__name__}: {why})"
        ) from error
