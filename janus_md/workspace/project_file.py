"""The file ``project.py`` of a workspace: a copy of the package's file, which users may edit."""

from __future__ import annotations

import hashlib
from importlib import resources
from pathlib import Path

from janus_md.common.files import written_whole

NAME = "project.py"

KNOWN = frozenset(
    {
        "47a83c65bf179f30d302a480a0e8c57566efc49e6a20eb294d1ad339458da255",
        "ea9031dfa5f2b8d05c424f16204c93fdc14fbb78135072458ce4e580ac2e74bf",
    }
)
"""Digests of the files of earlier versions, which are replaced."""


def digest(text: bytes) -> str:
    """Return the digest of a file."""
    return hashlib.sha256(text).hexdigest()


def write(directory: Path) -> str:
    """Write the file to a workspace; an older copy is replaced unless it was edited.

    Returns
    -------
    str
        A message for the user; empty if there is none.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    ours = (resources.files("janus_md") / NAME).read_bytes()
    file = directory / NAME
    there = file.read_bytes() if file.exists() else None
    if there == ours:
        return ""
    if there is not None and digest(there) not in KNOWN:
        return (
            f"{file} is from another version and was edited, so it is not replaced; remove it and "
            "run `janus-md init` again to get the current one"
        )
    with written_whole(file) as partial:
        partial.write_bytes(ours)
    return ""
