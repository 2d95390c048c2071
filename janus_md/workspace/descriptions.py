"""Descriptions of the templates of a workspace, in signac's project document.

They are the title of the report.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from janus_md.common.errors import JanusError
from janus_md.common.files import written_whole

FILE = "signac_project_document.json"
"""Name of signac's file."""

KEY = "descriptions"
"""Key of the list of descriptions in the document, in the order of the calls of `init`."""


def read(directory: Path) -> list[str]:
    """Return the descriptions of the templates from which a workspace was created, oldest first.

    The list is empty if the jobs come from templates without a description, or from an older
    version of janus-md.

    Raises
    ------
    JanusError
        If the project document is damaged.
    """
    found = _document(directory).get(KEY, [])
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise JanusError(f"{directory / FILE}: {KEY} must be a list of texts, not {found!r}")
    return found


def add(directory: Path, description: str) -> None:
    """Add the description of a template, unless it is empty or there already.

    Raises
    ------
    JanusError
        If the project document is damaged.
    OSError
        If it cannot be written.
    """
    text = " ".join(description.split())
    known = read(directory)
    if not text or text in known:
        return
    document = {**_document(directory), KEY: [*known, text]}
    with written_whole(directory / FILE) as partial:
        partial.write_text(json.dumps(document), encoding="utf-8")


def _document(directory: Path) -> dict[str, Any]:
    path = directory / FILE
    if not path.is_file():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise JanusError(f"{path} is damaged ({error}); repair or remove it") from error
    if not isinstance(found, dict):
        raise JanusError(f"{path} is damaged (no JSON object); repair or remove it")
    return found
