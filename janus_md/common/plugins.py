"""A user's own Python files: ``plugins/NAME.py`` beside the ``project.py`` of a workspace.

Each file adds one plugin, such as a shape or a pair term. Its name is the name of the file. The
path of the folder is passed in the environment, so that all processes of a run load the same files.
"""

from __future__ import annotations

import os
import sys
from functools import lru_cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from janus_md.common.errors import JanusError

FOLDER = "plugins"
"""Name of the folder in a workspace."""

VARIABLE = "JANUS_MD_PLUGINS"
"""Environment variable with the path of the folder."""


def use(workspace: str | Path) -> None:
    """Use the plugins of this workspace, in this process and its new child processes."""
    folder = Path(workspace).resolve() / FOLDER
    if folder.is_dir():
        os.environ[VARIABLE] = str(folder)
    else:
        os.environ.pop(VARIABLE, None)


def files() -> dict[str, Path]:
    """Return the plugin files by name, in alphabetical order."""
    folder = os.environ.get(VARIABLE)
    if not folder:
        return {}
    return {path.stem: path for path in sorted(Path(folder).glob("[!_.]*.py"))}


def module(name: str) -> ModuleType | None:
    """Load the plugin file with this name, once; return None if there is none.

    Raises
    ------
    JanusError
        If the file cannot be loaded.
    """
    path = files().get(name)
    return None if path is None else _load(path)


@lru_cache(maxsize=256)
def _load(path: Path) -> ModuleType:
    name = f"janus_md_plugins.{path.stem}"
    spec = spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise JanusError(f"plugin {path}: not a Python file")
    found = module_from_spec(spec)
    sys.modules[name] = found  # dataclasses look up their module there
    try:
        spec.loader.exec_module(found)
    except Exception as error:
        del sys.modules[name]
        why = " ".join(str(error).split())
        raise JanusError(
            f"plugin {path}: cannot be loaded ({type(error).__name__}: {why})"
        ) from error
    return found
