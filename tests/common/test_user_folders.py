"""Folders of the user: where the platform has them, or where the user says."""

from __future__ import annotations

import os
import pwd
import sys
import tempfile
from pathlib import Path

import pytest

from janus_md.common import user_folders
from janus_md.running.cluster.request.clusters import own_file
from janus_md.study.catalogue.particle_files import own_folder


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/somewhere")
    for name in ("JANUS_MD_CACHE", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.skipif(sys.platform != "linux", reason="other platforms have other folders")
def test_folders_are_those_of_the_xdg_specification(monkeypatch: pytest.MonkeyPatch) -> None:
    """https://specifications.freedesktop.org/basedir-spec/latest."""
    assert user_folders.cache() == Path("/somewhere/.cache/janus-md")
    assert own_folder() == Path("/somewhere/.config/janus-md/particles")
    assert own_file() == Path("/somewhere/.config/janus-md/clusters.yaml")
    monkeypatch.setenv("XDG_CACHE_HOME", "/fast")
    monkeypatch.setenv("XDG_CONFIG_HOME", "/mine")
    assert user_folders.cache() == Path("/fast/janus-md")
    assert own_folder() == Path("/mine/janus-md/particles")
    assert own_file() == Path("/mine/janus-md/clusters.yaml")
    monkeypatch.setenv("JANUS_MD_CACHE", "/other")
    assert user_folders.cache() == Path("/other")


def test_without_a_home_directory_folders_are_temporary(monkeypatch: pytest.MonkeyPatch) -> None:
    """As of a container whose user is in no table."""

    def unknown(user: int) -> None:
        raise KeyError(user)

    monkeypatch.delenv("HOME")
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    temporary = Path(tempfile.gettempdir(), f"janus-md-{os.getuid()}")
    assert user_folders.cache() == user_folders.settings() == temporary
