"""Folders of the user: settings, and a cache that can be deleted at any time."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

NAME = "janus-md"


def settings() -> Path:
    """Return the folder of the user's particles and clusters; it may not exist.

    On Linux it is ``$XDG_CONFIG_HOME/janus-md``, by default ``~/.config/janus-md``.
    """
    from platformdirs import user_config_path

    return _folder(user_config_path)


def cache() -> Path:
    """Return the cache folder: ``$JANUS_MD_CACHE`` if it is set, else that of the platform.

    On Linux it is ``$XDG_CACHE_HOME/janus-md``, by default ``~/.cache/janus-md``.
    """
    from platformdirs import user_cache_path

    if own := os.environ.get("JANUS_MD_CACHE"):
        return Path(own)
    return _folder(user_cache_path)


def _folder(find: Callable[[str], Path]) -> Path:
    """Return a folder of the platform, or a temporary one if the user has no home directory."""
    try:
        found = find(NAME)
    except RuntimeError:  # earlier versions of platformdirs return ~ as it is
        found = Path()
    return found if found.is_absolute() else Path(tempfile.gettempdir(), f"{NAME}-{os.getuid()}")
