"""Names and files of particles: the catalogue, the user's own, and those beside a template."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from janus_md.common import user_folders
from janus_md.common.errors import JanusError
from janus_md.model.nanocluster import MODELS

ENDING = ".yaml"
"""Suffix of particle files."""

LONGEST_NAME = 64
"""Largest number of characters in a name."""


def check_name(name: str) -> str:
    """Return the name of a particle.

    It is the type of the central particle, which GSD stores in ASCII, and is used in keys, filters
    and file names.

    Raises
    ------
    ValueError
        If it is not valid.
    """
    sites = [site for model in MODELS for site in MODELS.get(model).types]
    if name in sites or not re.fullmatch(r"\w[\w+-]*", name, re.ASCII):
        raise ValueError(
            f"{name!r} is not allowed; it must consist of letters (A to Z, a to z), digits, "
            f"- + _, and not {', '.join(sites)}, which are sites of the models"
        )
    if len(name) > LONGEST_NAME:
        raise ValueError(
            f"{name[:20]}... is not allowed; it has {len(name)} characters, at most {LONGEST_NAME} "
            "are possible"
        )
    return name


def own_folder() -> Path:
    """Folder of the user's own particles, which may not exist."""
    return user_folders.settings() / "particles"


@lru_cache(maxsize=1)
def files() -> dict[str, Traversable]:
    """File of each particle, sorted by name.

    Raises
    ------
    JanusError
        If a user's own particle has the name of another one.
    """
    found = _particles(list((resources.files(__package__) / "particles").iterdir()))
    own = _particles([path for path in own_paths() if objection(path) is None])
    for folder in _folders:
        beside = [path for path in sorted(folder.glob(f"[!.]*{ENDING}")) if not _is_copy(path)]
        for name, file in _particles(beside).items():
            if name in own and Path(str(own[name])).resolve() != Path(str(file)).resolve():
                raise JanusError(
                    f"particle {name}: {own[name]} and {file} have the same name; rename one"
                )
            own[name] = file
    for name in sorted(found.keys() & own.keys()):
        raise JanusError(
            f"particle {name}: {own[name]} has the name of a catalogue particle; rename it"
        )
    return dict(sorted((found | own).items()))


_folders: list[Path] = []


def use_folder(folder: Path) -> None:
    """Include the particles of a folder, in place of that of an earlier call."""
    _folders[:] = [folder] if folder.is_dir() else []
    files.cache_clear()


def _is_copy(path: Path) -> bool:
    return re.fullmatch(r".+-[0-9a-f]{12}", path.stem) is not None


def own_paths() -> list[Path]:
    """All files in the user's own folder."""
    folder = own_folder()
    try:
        return sorted(folder.iterdir()) if folder.is_dir() else []
    except OSError as error:
        raise JanusError(f"particles: {str(folder)!r} cannot be read: {error.strerror}") from error


def _particles(files: Sequence[Traversable]) -> dict[str, Traversable]:
    by_name = {file.name: file for file in files}
    return {
        name.removesuffix(ENDING): file for name, file in by_name.items() if name.endswith(ENDING)
    }


def objection(path: Path) -> str | None:
    """Return why a path in the user's folder is not a particle file; None if it is one."""
    if path.name.startswith("."):
        return "it is a hidden file"
    if not path.name.endswith(ENDING):
        return f"its name does not end in {ENDING}"
    if not path.exists():
        return "it is a broken link"
    return None if path.is_file() else "it is not a file"
