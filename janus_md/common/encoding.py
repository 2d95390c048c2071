"""Text where the locale is not UTF-8: file names stay what they are, output loses single letters.

Python, and libraries such as gsd, take file names for UTF-8; under a locale of another encoding
they would not find their own files again.
"""

from __future__ import annotations

import os
import sys
from typing import Any


def settle() -> None:
    """Prepare a program, first of all, for file names and output in any encoding.

    Where file names are not UTF-8 to the interpreter it begins anew in its UTF-8 mode; standard
    output and error keep the encoding of the locale. What that cannot write is replaced.
    """
    if sys.getfilesystemencoding() != "utf-8" and not sys.flags.utf8_mode:
        variables = {"PYTHONUTF8": "1"}
        if sys.stdout is not None:
            variables["PYTHONIOENCODING"] = f"{sys.stdout.encoding}:replace"
        # The option counts also where the interpreter is told to ignore the environment.
        again = [sys.executable, "-X", "utf8", *sys.orig_argv[1:]]
        os.execve(sys.executable, again, os.environ | variables)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def json_text(data: Any, **options: Any) -> str:
    """Write JSON for standard output, in letters that it can write."""
    import json

    ascii_alone = "utf" not in (getattr(sys.stdout, "encoding", None) or "utf-8").lower()
    return json.dumps(data, ensure_ascii=ascii_alone, **options)
