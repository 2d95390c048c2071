"""Registries: things of the package, of installed packages, and of a workspace's plugins."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from janus_md.common import plugins
from janus_md.common.errors import JanusError
from janus_md.common.registry import Registry


@pytest.fixture
def colours(tmp_path, monkeypatch):
    """A registry whose package has the modules red, and green as a folder."""
    package = tmp_path / "paints"
    (package / "green").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "_help.py").write_text("COLOUR = 'none'\n")
    (package / "red.py").write_text("COLOUR = 'ff0000'\n")
    (package / "green" / "__init__.py").write_text("COLOUR = '00ff00'\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delenv(plugins.VARIABLE, raising=False)
    yield Registry("colour", "janus_md.test_colours", "COLOUR", "paints")
    for name in [name for name in sys.modules if name.split(".")[0] == "paints"]:
        del sys.modules[name]
    from janus_md.common import registry

    registry._modules.cache_clear()


def test_modules_of_the_package_are_found_and_imported_late(colours):
    assert colours.names() == ["green", "red"]
    assert "paints.red" not in sys.modules
    assert colours.get("red") == "ff0000"
    folders = Registry("colour", "janus_md.test_colours", "COLOUR", "paints", folders_alone=True)
    assert folders.names() == ["green"]


def test_a_name_that_is_not_there_is_refused_with_those_that_are(colours):
    assert "reed" not in colours
    with pytest.raises(JanusError, match=r"colour: 'reed' is unknown \(did you mean red\?\)"):
        colours.get("reed")


def test_plugins_of_a_workspace_are_found_here_and_in_child_processes(colours, tmp_path):
    workspace = tmp_path / "w"
    (workspace / plugins.FOLDER).mkdir(parents=True)
    (workspace / plugins.FOLDER / "blue.py").write_text("COLOUR = '0000ff'\n")
    (workspace / plugins.FOLDER / "other.py").write_text("SHAPE = 1\n")
    before = dict(os.environ)
    try:
        plugins.use(workspace)
        assert colours.names() == ["green", "red", "blue"]
        assert colours.get("blue") == "0000ff"
        code = (
            "from janus_md.common.registry import Registry;"
            "print(Registry('colour', 'x.y', 'COLOUR').get('blue'))"
        )
        child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert child.stdout.strip() == "0000ff"
        plugins.use(tmp_path / "nothing")
        assert "blue" not in colours
    finally:
        os.environ.clear()
        os.environ.update(before)


def test_a_plugin_that_fails_is_told_with_its_file(colours, tmp_path, monkeypatch):
    (tmp_path / "bad.py").write_text("import no_such_module\n")
    monkeypatch.setenv(plugins.VARIABLE, str(tmp_path))
    with pytest.raises(JanusError, match=r"bad\.py: cannot be loaded \(ModuleNotFoundError"):
        colours.get("bad")
