"""The description in frame 0 of a trajectory: the setup of its run, with a checksum."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from janus_md import __version__
from janus_md.common.errors import JanusError
from janus_md.common.gsd.reading import GsdFile
from janus_md.model.setup import SCHEMA, Setup

METADATA = "janus_md/metadata"
"""Name of the log chunk of frame 0 that contains the description."""

CHUNK = f"log/{METADATA}"
"""Name of that chunk in GSD."""

CHECKSUM = "checksum"
"""Key of the CRC-32 of all other keys."""


def description(setup: Setup) -> bytes:
    """Return the description: the setup and the software that wrote the file."""
    found = setup.to_dict() | {"versions": {"janus_md": __version__}}
    return json.dumps(found | {CHECKSUM: _checksum(found)}).encode()


def _checksum(values: Mapping[str, Any]) -> int:
    rest = {key: value for key, value in values.items() if key != CHECKSUM}
    return zlib.crc32(json.dumps(rest, sort_keys=True).encode())


def parse_setup(raw: Any) -> Setup | None:
    """Read a description: a JSON object, as bytes.

    The result is None for janus-md 0.1.0, whose files are analysed like those of other software.

    Raises
    ------
    ValueError
        If it is damaged; the message is the end of a sentence.
    """
    try:
        found: dict[str, Any] = json.loads(np.asarray(raw).astype(np.uint8).tobytes())
        schema = found.get("schema")
    except (ValueError, RecursionError, AttributeError) as error:
        raise ValueError(f"is damaged: it is not JSON ({error})") from error
    if schema == 1:
        return None
    if schema != SCHEMA:
        raise ValueError(f"is damaged, or of a later version: schema is {schema!r}, not {SCHEMA}")
    try:
        setup = Setup.of(found)
    except KeyError as error:
        raise ValueError(f"is damaged: {error.args[0]} is missing") from error
    except (TypeError, ValueError, IndexError, AttributeError, OverflowError) as error:
        raise ValueError(f"is damaged: {' '.join(str(error).split())}") from error
    if found.get(CHECKSUM) != _checksum(found):
        raise ValueError("is damaged: its checksum does not match")
    return setup


def setup_in(file: GsdFile) -> Setup | None:
    """Setup in the first frame; None for files of other software.

    Raises
    ------
    JanusError
        If it is damaged or has another name.
    """
    where = f"file {file.path}, frame 0: {CHUNK}"
    if file.chunk_exists(0, CHUNK):
        try:
            return parse_setup(file.read_chunk(0, CHUNK))
        except ValueError as error:
            raise JanusError(f"{where} {error}") from error
    if ours := [name for name in file.stored(0) if _holds_setup(file, name)]:
        raise JanusError(
            f"{where} is missing, but {ours[0]!r} has its content; the file is damaged"
        )
    return None


def _holds_setup(file: GsdFile, name: str) -> bool:
    """Whether the content of a chunk of any name is a description."""
    if name.startswith(("particles/", "configuration/")):
        return False
    chunk = file.read_chunk(0, name)
    if chunk.dtype != np.uint8 or chunk.tobytes()[:1] != b"{":
        return False
    try:
        return parse_setup(chunk) is not None
    except ValueError:
        return False
