"""`janus-md init`: the list of templates and their small variants."""

from __future__ import annotations

from pathlib import Path

from tests.cli.test_app import refused


def test_list_names_templates_and_needs_no_template(janus_md) -> None:
    done = janus_md("init", "--list")
    assert done.code == 0
    lines = done.out.splitlines()
    assert any(line.split()[:2] == ["amphiphilic_micelles", "yes"] for line in lines)
    assert any(line.split()[:2] == ["quickstart", "Au/Cu"] for line in lines)


def test_small_makes_the_jobs_of_the_small_variant_alone(janus_md, tmp_path: Path) -> None:
    place = tmp_path / "new"
    listed = janus_md("init", "amphiphilic_micelles", "--small", "--dry-run")
    assert "amphiphilic_micelles, small: 2 state points" in listed.out
    done = janus_md("init", "amphiphilic_micelles", "--small", "-d", place)
    assert done.code == 0
    assert "2 new jobs" in done.out
    assert len(list((place / "workspace").iterdir())) == 2
    whole = janus_md("init", "amphiphilic_micelles", "-d", place)
    assert "5 new jobs" in whole.out


def test_a_template_without_small_is_refused_and_nothing_is_made(janus_md, tmp_path: Path) -> None:
    place = tmp_path / "new"
    refused(janus_md("init", "solvents", "--small", "-d", place), ["--small", "solvents", "small"])
    assert not place.exists()
