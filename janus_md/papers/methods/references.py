"""References of the methods paragraph, and their citations in the text."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources
from importlib.metadata import PackageNotFoundError, version

from janus_md import __version__

_ENTRY = re.compile(r"^@\w+\{([^,]+),.*?^\}$", re.DOTALL | re.MULTILINE)
_VERSION = re.compile(r"VERSION:([\w-]+)")


@lru_cache(maxsize=1)
def entries() -> dict[str, str]:
    """Return all references in BibTeX, by their keys."""
    file = resources.files("janus_md.papers.methods") / "references.bib"
    text = file.read_text(encoding="utf-8")
    return {found.group(1): found.group(0) for found in _ENTRY.finditer(text)}


class Citations:
    """Citations in a text, in the order of their first use.

    Parameters
    ----------
    latex : bool
        Whether they are written for LaTeX instead of as ``[@key]``.
    """

    def __init__(self, latex: bool = False) -> None:
        self._latex = latex
        self.keys: list[str] = []

    def __call__(self, *keys: str) -> str:
        """Return the citation of references, with a space before it.

        Raises
        ------
        KeyError
            If there is no such reference.
        """
        for key in keys:
            entries()[key]
            if key not in self.keys:
                self.keys.append(key)
        if self._latex:
            return f"~\\cite{{{','.join(keys)}}}"
        return f" [{'; '.join(f'@{key}' for key in keys)}]"

    def bibtex(self) -> str:
        """Return the references that were cited, in BibTeX."""
        return "\n\n".join(_with_version(entries()[key]) for key in self.keys) + "\n"


def _with_version(entry: str) -> str:
    """Insert the installed version of a package."""

    def installed(found: re.Match[str]) -> str:
        if found.group(1) == "janus-md":
            return __version__
        try:
            return version(found.group(1))
        except PackageNotFoundError:
            return "unknown"

    return _VERSION.sub(installed, entry)
