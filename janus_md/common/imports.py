"""Imports of large packages in processes that need a part of them."""

from __future__ import annotations

import sys
from typing import Any


def import_freud() -> None:
    """Import freud without Matplotlib, which it uses for plots only; that saves a third."""
    if "matplotlib" in sys.modules:
        import freud

        return
    modules: dict[str, Any] = sys.modules
    modules["matplotlib"] = None  # for the import system, a module that is not installed
    try:
        import freud  # noqa: F401
    finally:
        del modules["matplotlib"]
