"""Support of locales that are not UTF-8.

File names are not changed, and characters that the output cannot encode are replaced. Libraries
such as gsd encode file names in UTF-8. With another encoding of the locale, they would not find
files that Python has created.
"""

from __future__ import annotations

import os
import sys
from typing import Any


def settle() -> None:
    """Prepare a program for file names and output in any encoding; call it first.

    If the interpreter does not encode file names in UTF-8, it restarts in its UTF-8 mode. Standard
    output and error keep the encoding of the locale, and replace characters outside of it.
    """
    if sys.getfilesystemencoding() != "utf-8" and not sys.flags.utf8_mode:
        variables = {"PYTHONUTF8": "1"}
        if sys.stdout is not None:
            variables["PYTHONIOENCODING"] = f"{sys.stdout.encoding}:replace"
        # The option works even if the interpreter ignores the environment.
        again = [sys.executable, "-X", "utf8", *sys.orig_argv[1:]]
        os.execve(sys.executable, again, os.environ | variables)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def json_text(data: Any, **options: Any) -> str:
    """Return JSON with characters that standard output can encode."""
    import json

    ascii_alone = "utf" not in (getattr(sys.stdout, "encoding", None) or "utf-8").lower()
    return json.dumps(data, ensure_ascii=ascii_alone, **options)
