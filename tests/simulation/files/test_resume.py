"""A checkpoint is resumed only with the same setup and engine, unless the user allows changes."""

from __future__ import annotations

import errno
import json
import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import gsd.hoomd
import numpy as np
import pytest

from janus_md.common.errors import JanusError, ToBeContinued
from janus_md.simulation.files import trajectory
from janus_md.simulation.files.checkpoint import Checkpoint
from janus_md.simulation.run import simulate
from janus_md.study.catalogue import catalog
from janus_md.study.statepoint import StatePoint
from janus_md.workspace import query
from tests.conftest import TINY, Result

Cli = Callable[..., Result]
ALL = ("version", "state")


def point(**changed: Any) -> StatePoint:
    protocol = {"time_step_ps": 0.1, "relax_ps": 1.0, "produce_ns": 0.02, "frame_interval_ps": 2.0}
    protocol |= changed.pop("protocol", {})
    fields: dict[str, Any] = {
        "particle": "R-Au-Cu",
        "n_bodies": 8,
        "volume_fraction": 0.05,
        "relative_permittivity": 1.0,
        "electrostatics": {"method": "none"},
        "protocol": protocol,
    }
    return StatePoint.of(fields | changed)


def stop_after(looks: int) -> Callable[[], bool]:
    asked = iter(range(10**6))
    return lambda: next(asked) >= looks


@pytest.fixture(autouse=True)
def saved_where_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stop does not go back, so the checkpoint is between two fixed steps."""
    monkeypatch.setattr("janus_md.simulation.stepping.GIVE_BACK_SECONDS", 0.0)


@pytest.fixture
def cut(tmp_path: Path, engine: str) -> Path:
    """Folder of a run that was stopped in the middle of its production."""
    document: dict[str, Any] = {}
    with pytest.raises(ToBeContinued, match="produce"):
        simulate(point(), tmp_path, document, engine=engine, should_stop=stop_after(14))
    return tmp_path


def refused(cut: Path, changed: StatePoint, allow: tuple[str, ...] = ()) -> str:
    """Return the message that refuses to resume; check that no file has changed."""
    before = {path.name: path.read_bytes() for path in cut.iterdir()}
    with pytest.raises(JanusError) as caught:
        simulate(changed, cut, {}, allow=allow)
    assert {path.name: path.read_bytes() for path in cut.iterdir()} == before
    message = str(caught.value)
    assert message.startswith(f"{cut / 'restart.npz'}: ")
    assert message.endswith("remove the file to start this job from the beginning")
    return message


def steps(cut: Path) -> list[int]:
    with gsd.hoomd.open(str(cut / "trajectory.gsd")) as file:
        return [frame.configuration.step for frame in file]


def rewrite(checkpoint: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the metadata of a checkpoint."""
    with np.load(checkpoint) as file:
        arrays = dict(file)
    about = json.loads(arrays["about"].tobytes())
    change(about)
    arrays["about"] = np.frombuffer(json.dumps(about).encode(), np.uint8)
    with checkpoint.open("wb") as out:
        np.savez(out, **arrays)


def test_another_version_of_the_engine_is_refused_and_can_be_allowed(
    cut: Path, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from janus_md.engines import load

    here = load(engine).version()
    monkeypatch.setattr(f"{type(load(engine)).__module__}.{type(load(engine)).__name__}.version",
                        lambda self: "99.1")  # fmt: skip
    told = refused(cut, point())
    assert f"was written by {engine} {here} (99.1 is installed); continue anyway with " in told
    assert "--allow version (project.py: JANUS_MD_ALLOW=version)" in told
    assert "version" in refused(cut, point(), allow=("state",))
    document: dict[str, Any] = {}
    simulate(point(), cut, document, allow=("version",))
    assert steps(cut) == list(range(0, 201, 20))
    record = document["execution"]
    assert record["version"] == "99.1"
    (change,) = record["changes"]
    assert change["stage"] == "produce"
    assert 0 < change["step"] < 200
    assert here in change["version"]


def test_an_edited_state_point_is_refused_by_its_keys_and_can_be_allowed(cut: Path) -> None:
    edited = point(temperature=310.0, protocol={"produce_ns": 0.04})
    told = refused(cut, edited)
    assert "another state (protocol.produce_ns was 0.02 and is now 0.04; " in told
    assert "temperature was 298.15 and is now 310.0)" in told
    assert "--allow state" in told
    document: dict[str, Any] = {}
    simulate(edited, cut, document, allow=("state",))
    assert steps(cut) == list(range(0, 401, 20))
    assert "temperature" in document["execution"]["changes"][0]["state"]


def test_version_and_state_are_reported_at_once(cut: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rewrite(cut / "restart.npz", lambda about: about["execution"].update(version="0.1"))
    told = refused(cut, point(replica=1))
    assert " 0.1 (" in told
    assert " is installed)" in told
    assert "and for another state (replica was 0 and is now 1)" in told
    assert "--allow version --allow state (project.py: JANUS_MD_ALLOW=version,state)" in told


def test_other_constants_of_the_model_are_refused_by_name(
    cut: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = catalog.body("R-Au-Cu", "sphere")
    other = replace(body, charges=1.001 * body.charges)
    monkeypatch.setattr(catalog, "build", lambda particle, model: other)
    assert "for another state (bodies.R-Au-Cu.charges); " in refused(cut, point())
    # Rounding errors, such as another library of linear algebra makes, are no change.
    other = replace(body, charges=(1 + 1e-13) * body.charges)
    simulate(point(), cut, {})
    assert len(steps(cut)) == 11


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"volume_fraction": 0.01}, r"the edge of the box was 7\.04\d* nm and is now 12\.0\d* nm"),
        ({"particle": "S-Au-Cu"}, "has bodies of R-Au-Cu, but the state point has S-Au-Cu"),
        ({"n_bodies": 9}, "is of another state point"),
        ({"protocol": {"frame_interval_ps": 1.0}}, "frames with a frame_steps of 20, .* now 10"),
        ({"protocol": {"time_step_ps": 0.05}}, r"frames with a time_step of 0\.1, .* now 0\.05"),
        ({"protocol": {"produce_ns": 0.002}}, "of produce, which now has 20"),
    ],
)
def test_incompatible_changes_cannot_be_allowed(
    cut: Path, changed: dict[str, Any], words: str
) -> None:
    assert re.search(words, refused(cut, point(**changed), allow=ALL))


def test_old_checkpoints_are_resumed(cut: Path) -> None:
    rewrite(cut / "restart.npz", lambda about: about.pop("made_for"))
    simulate(point(), cut, {})
    assert len(steps(cut)) == 11


def test_command_line_passes_the_option(janus_md: Cli, tmp_path: Path, engine: str) -> None:
    place, template = tmp_path / "workspace", tmp_path / "template.yaml"
    template.write_text(TINY + "  relative_permittivity: 1.0\n")
    janus_md("init", template, "-d", place)
    (job,) = query.open_project(place)
    with pytest.raises(ToBeContinued):
        simulate(StatePoint.of(job.statepoint()), Path(job.path), {}, engine=engine,
                 should_stop=stop_after(14))  # fmt: skip
    rewrite(Path(job.path) / "restart.npz", lambda about: about["execution"].update(version="0.1"))
    done = janus_md("run", "-d", place)
    assert done.code == 1
    assert "--allow version" in done.out
    wrong = janus_md("run", "-d", place, "--allow", "versoin")
    assert wrong.code == 2
    assert "--allow: 'versoin' is unknown (did you mean version?); allowed are" in wrong.err
    done = janus_md(
        "run", "-d", place, "--allow", "version", "--allow", "state", "--operation", "simulate"
    )
    assert done.code == 0, done.out
    assert "0.1" in json.dumps(job.document()["execution"]["changes"])


def test_error_of_a_run_is_not_hidden_by_error_on_closing(
    tmp_path: Path, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a full disk gsd fails to flush as well: 'Invalid gsd argument'."""
    close = trajectory.GsdWriter.close

    def failing(file: trajectory.GsdWriter) -> None:
        close(file)
        raise RuntimeError("Invalid gsd argument")

    def full(path: Path, checkpoint: Checkpoint) -> None:
        if checkpoint.stage == "produce" and checkpoint.done:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(trajectory, "write_whole", lambda path, frame: None)
    monkeypatch.setattr(trajectory.GsdWriter, "close", failing)
    monkeypatch.setattr("janus_md.simulation.context.save", full)
    with pytest.raises(OSError, match="No space left"):
        simulate(point(), tmp_path, {}, engine=engine, should_stop=stop_after(14))
