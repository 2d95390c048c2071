"""Jobs that a longer job continues: their marks, and when they are left out.

The document of the longer job contains ``continues``, that of the shorter one ``continued_by``.
Both are the same run, so that only one of them may count: the shorter one until the longer one has
results, then the longer one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from janus_md.workspace import documents, products

CONTINUES, CONTINUED_BY = "continues", "continued_by"
"""Keys of the document with the id of the shorter and of the longer job."""

CONTINUED = "continued"
"""State of a job whose results are part of those of a longer job."""


def successor(document: Mapping[str, Any]) -> str:
    """Return the id of the longer job that continues a job; empty if there is none."""
    found = document.get(CONTINUED_BY)
    return found if isinstance(found, str) else ""


def is_superseded(workspace: str, document: Mapping[str, Any]) -> bool:
    """Return whether the longer job of a job, or one that continues it in turn, has results.

    Parameters
    ----------
    workspace : str
        Folder of the jobs.
    document : mapping
        Document of the job.
    """
    seen = set()
    while (name := successor(document)) and name not in seen:
        seen.add(name)
        files = products.file_names(f"{workspace}/{name}")[0] or ()
        document, trouble = documents.read(f"{workspace}/{name}")
        if trouble:
            return False
        if not products.missing(files, document):
            return True
    return False
