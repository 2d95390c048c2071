"""Copies of particles in a workspace, which make its jobs independent of the catalogue.

`janus-md init` writes each particle to ``particles/NAME-DIGEST.yaml``; the digest is part of the
state point. Runs read the copy. A particle that is edited later gives new jobs, and existing jobs
do not change.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from janus_md.common.errors import JanusError
from janus_md.common.files import written_whole

if TYPE_CHECKING:
    from janus_md.study.catalogue.catalog import Entry

FOLDER = "particles"
"""Folder of the copies in a workspace."""

_HEAD = "# What jobs of this workspace were made of: edit the catalogue, not this.\n"


def copy_file(workspace: Path, name: str, digest: str) -> Path:
    """File of a particle's copy."""
    return workspace / FOLDER / f"{name}-{digest}.yaml"


def digests(names: Iterable[str]) -> dict[str, str]:
    """Digest of the current definition of each particle in the catalogue."""
    from janus_md.study.catalogue import catalog

    return {name: catalog.entry(name).digest() for name in names}


def write(workspace: Path, name: str, digest: str) -> None:
    """Copy a particle of the catalogue into a workspace; an existing copy is kept.

    Raises
    ------
    JanusError
        If the definition in the catalogue has another digest.
    OSError
        If the copy cannot be written.
    """
    from ruamel.yaml import YAML

    from janus_md.study.catalogue import catalog
    from janus_md.study.catalogue.bead_particle import BeadParticle

    file = copy_file(workspace, name, digest)
    if file.exists():
        return
    particle = catalog.entry(name)
    if particle.digest() != digest:
        raise JanusError(
            f"definitions.{name}: {digest} is not that of the catalogue's {name}, which is "
            f"{particle.digest()}"
        )
    file.parent.mkdir(exist_ok=True)
    text = io.StringIO()
    whole = particle.complete() if isinstance(particle, BeadParticle) else particle
    YAML(typ="safe", pure=True).dump(whole.model_dump(mode="json"), text)
    with written_whole(file) as partial:
        partial.write_text(_HEAD + _seal(text.getvalue()) + text.getvalue(), encoding="utf-8")


def _seal(text: str) -> str:
    """Line with a checksum of the text below it, which shows whether that was edited."""
    return f"# {hashlib.sha256(text.encode()).hexdigest()}\n"


def read(file: Path) -> Entry:
    """Read a copy; the result is cached until the file changes.

    Raises
    ------
    JanusError
        If it cannot be read or is not a particle.
    """
    try:
        found = file.stat()
        return _read(file, found.st_mtime_ns, found.st_size)
    except FileNotFoundError:
        raise JanusError(
            f"{file}: is missing; jobs of this workspace need it (`janus-md init` with the same "
            "particle writes it again)"
        ) from None
    except OSError as error:
        raise JanusError(f"{file}: cannot be read ({error.strerror})") from error


@lru_cache(maxsize=1024)
def _read(file: Path, _time: int, _size: int) -> Entry:
    from pydantic import ValidationError
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    from janus_md.study.catalogue.bead_particle import BeadParticle
    from janus_md.study.catalogue.particle import Particle

    try:
        text = file.read_text(encoding="utf-8")
        data = YAML(typ="safe", pure=True).load(text)
        kind = BeadParticle if isinstance(data, dict) and "beads" in data else Particle
        return kind.model_validate(data)
    except (YAMLError, ValidationError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        raise JanusError(f"{file}: is not a copy of a particle ({reason})") from error


def entries(workspace: Path, definitions: Mapping[str, str]) -> Callable[[str], Entry]:
    """Return a function from a name to its particle, from a copy or, without digest, the catalogue.

    Parameters
    ----------
    workspace : Path
        Folder of the workspace.
    definitions : mapping of str to str
        Digests by name, from a state point.
    """

    def entry(name: str) -> Entry:
        digest = definitions.get(name)
        if digest is None:
            from janus_md.study.catalogue import catalog

            return catalog.entry(name)
        return read(copy_file(workspace, name, digest))

    return entry


def edited_in(workspace: Path) -> set[tuple[str, str]]:
    """Names and digests of the copies that were edited after they were written."""
    try:
        files = sorted((workspace / FOLDER).glob("*.yaml"))
    except OSError:
        return set()
    found = set()
    for file in files:
        name, _, digest = file.stem.rpartition("-")
        try:
            now = file.stat()
            edited = _edited(file, digest, now.st_mtime_ns, now.st_size)
        except OSError:
            edited = True
        if edited:
            found.add((name, digest))
    return found


@lru_cache(maxsize=1024)  # called by signac-flow for each job
def _edited(file: Path, digest: str, _time: int, _size: int) -> bool:
    return not _sealed(file) and not _says(file, digest)


def _sealed(file: Path) -> bool:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    seal, _, rest = text.removeprefix(_HEAD).partition("\n")
    return text.startswith(_HEAD) and f"{seal}\n" == _seal(rest)


def _says(file: Path, digest: str) -> bool:
    try:
        return read(file).digest() == digest
    except JanusError:
        return False
