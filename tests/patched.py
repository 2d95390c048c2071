"""Functions of the package that do something else in the processes that a test starts."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from tests.conftest import ROOT

_SITE = """
import importlib.abc, importlib.util, sys

BODIES = {bodies!r}

class Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name not in BODIES:
            return None
        body = BODIES.pop(name)
        spec = importlib.util.find_spec(name)
        run = spec.loader.exec_module
        def exec_module(module):
            run(module)
            exec(body, vars(module))
        spec.loader.exec_module = exec_module
        return spec

sys.meta_path.insert(0, Finder())
"""


def patch_processes(folder: Path, monkeypatch: pytest.MonkeyPatch, **bodies: str) -> None:
    """Let new processes run these lines in modules of the package, once those are imported.

    Modules are named with two underscores for a dot, without ``janus_md``.
    """
    folder.mkdir(exist_ok=True)
    lines = {
        f"janus_md.{name.replace('__', '.')}": textwrap.dedent(body)
        for name, body in bodies.items()
    }
    (folder / "sitecustomize.py").write_text(_SITE.format(bodies=lines), encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", f"{folder}:{ROOT}")
