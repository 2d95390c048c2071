"""A longer job that begins where a finished one ended: equal to one long run, and safe."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import gsd.hoomd
import numpy as np
import pytest

from janus_md.common.errors import JanusError
from janus_md.running.jobs.creation import create
from janus_md.running.operations import analyze_job, simulate_job
from janus_md.simulation.files import checkpoint, trajectory
from janus_md.study.resolve import resolve
from janus_md.study.statepoint import StatePoint
from janus_md.workspace import query
from janus_md.workspace.jobs import open_project
from tests.engines.conftest import usable
from tests.simulation import test_run

ENGINES = ["lammps", "hoomd"]
FRAMES_OF_RESTART = 3


def point(produce_ns: float, **changed: Any) -> StatePoint:
    changed["protocol"] = {"produce_ns": produce_ns, **changed.get("protocol", {})}
    return test_run.point(**changed)


UNCHARGED: dict[str, Any] = {"electrostatics": {"method": "none"}}


@pytest.fixture(autouse=True)
def _short_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine restarts every 3 frames; the length of its calls does not depend on the clock."""
    monkeypatch.setattr("janus_md.simulation.execution.RESTART_FRAMES", FRAMES_OF_RESTART)
    monkeypatch.setattr("janus_md.simulation.context.POLL_SECONDS", 100.0)


def job_of(directory: Path, produce_ns: float) -> Any:
    project = open_project(directory)
    (found,) = (job for job in project if job.statepoint()["protocol"]["produce_ns"] == produce_ns)
    return found


def simulate(job: Any, **options: Any) -> None:
    simulate_job(job.statepoint(), Path(job.path), job.document, **options)


def frames(path: Path) -> list[Any]:
    with gsd.hoomd.open(str(path), "r") as file:
        return list(file)


def assert_same_run(one: Path, other: Path) -> None:
    """Compare all that two runs have written, to the bit."""
    for name in ("init.gsd", "trajectory.gsd"):
        here, there = frames(one / name), frames(other / name)
        assert len(here) == len(there)
        about = [trajectory.read_setup(found[0]) for found in (here, there)]
        assert about[0] is not None
        assert about[1] is not None
        assert about[0].to_dict() == about[1].to_dict()
        for a, b in zip(here, there, strict=True):
            assert a.configuration.step == b.configuration.step
            for key in ("position", "orientation", "velocity", "image", "typeid"):
                np.testing.assert_array_equal(getattr(a.particles, key), getattr(b.particles, key))
    logs = [gsd.hoomd.read_log(str(folder / "log.gsd")) for folder in (one, other)]
    assert logs[0].keys() == logs[1].keys()
    assert "log/janus_md/potential_energy" in logs[0]
    for key, values in logs[0].items():
        np.testing.assert_array_equal(values, logs[1][key])


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize(("first", "repeated"), [(0.018, 0), (0.02, 1)])
def test_a_longer_run_is_one_long_run_to_the_bit(
    name: str, first: float, repeated: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Production of 9 or 10 frames made longer to 15; restarts of the engine every 3 frames."""
    usable(name)
    monkeypatch.setattr("janus_md.simulation.stepping.CHECKPOINT_SECONDS", 0.0)
    told: list[str] = []
    create(tmp_path / "w", [point(first).stored()])
    simulate(job_of(tmp_path / "w", first), engine=name)
    shorter = job_of(tmp_path / "w", first)
    before = {path.name: path.read_bytes() for path in Path(shorter.path).glob("*.gsd")}
    assert create(tmp_path / "w", [point(0.03).stored()], told.append) == 1
    assert len(told) == 1
    assert "1 new job continues a shorter one" in told[0]
    assert ("repeating the last 0.002 ns" in told[0]) == bool(repeated)
    longer = job_of(tmp_path / "w", 0.03)
    assert longer.document["continues"] == shorter.id
    assert shorter.document["continued_by"] == longer.id
    seen: list[int] = []
    simulate(longer, engine=name, observers=[lambda step, *_: seen.append(step)])
    # Only the frames after the last fixed step are simulated.
    assert seen == list(range(200, 301, 20))
    # One long run; the choice of the mesh is timed, so both get the same.
    record = {**shorter.document["execution"](), "steps": 0, "seconds": 0.0}
    for key in ("steps_per_second", "memory_mb", "force_error_at_end", "torque_error_at_end"):
        record.pop(key, None)
    monkeypatch.setattr("janus_md.simulation.run.choose_once", lambda *_: record)
    create(tmp_path / "one", [point(0.03).stored()])
    whole = job_of(tmp_path / "one", 0.03)
    simulate(whole, engine=name)
    assert whole.id == longer.id
    assert_same_run(Path(longer.path), Path(whole.path))
    assert longer.document["execution"]["bit_equal"] is True
    assert longer.document["execution"]["steps"] == whole.document["execution"]["steps"] == 400
    assert longer.document["heat"] == whole.document["heat"]
    after = {path.name: path.read_bytes() for path in Path(shorter.path).glob("*.gsd")}
    assert after == before


def test_the_checkpoint_of_a_finished_run_is_a_fixed_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also if later checkpoints were written by the clock, or the run was ended early."""
    usable("lammps")
    monkeypatch.setattr("janus_md.simulation.stepping.CHECKPOINT_SECONDS", 0.0)
    create(tmp_path, [point(0.03, **UNCHARGED).stored()])
    job = job_of(tmp_path, 0.03)
    seen = 0

    def settled() -> bool:
        nonlocal seen
        seen += 1
        return seen == 5

    simulate(job, engine="lammps", settled=settled)
    about = checkpoint.read_about(Path(job.path) / "restart.npz")
    assert job.document["execution"]["settled_at_step"] == 100
    assert (about["stage"], about["done"]) == ("produce", 60)
    # The next run is longer than the 5 frames that were made, not than the 15 asked for.
    create(tmp_path, [point(0.028, **UNCHARGED).stored()])
    longer = job_of(tmp_path, 0.028)
    assert longer.document["continues"] == job.id
    simulate(longer, engine="lammps")
    assert [f.configuration.step for f in frames(Path(longer.path) / "trajectory.gsd")] == list(
        range(0, 281, 20)
    )
    assert longer.document["execution"]["bit_equal"] is True


@pytest.fixture
def finished(tmp_path: Path) -> Path:
    """A workspace with a job of 0.02 ns that is analysed."""
    usable("lammps")
    create(tmp_path, [point(0.02, **UNCHARGED).stored()])
    job = job_of(tmp_path, 0.02)
    simulate(job, engine="lammps")
    analyze_job(Path(job.path), job.document)
    return tmp_path


LONGER = point(0.03, **UNCHARGED).stored()


def states(directory: Path) -> dict[float, str]:
    rows = query.columns(open_project(directory))
    return dict(zip(rows["protocol.produce_ns"], rows["status"], strict=True))


@pytest.mark.filterwarnings("ignore:.*:RuntimeWarning")
def test_the_shorter_job_counts_until_the_longer_one_has_results(finished: Path) -> None:
    create(finished, [LONGER])
    assert states(finished) == {0.02: "done", 0.03: "begun"}
    longer = job_of(finished, 0.03)
    simulate(longer)
    assert states(finished) == {0.02: "done", 0.03: "simulated"}
    analyze_job(Path(longer.path), longer.document)
    assert states(finished) == {0.02: "continued", 0.03: "done"}
    rows = query.columns(open_project(finished))
    shorter = rows["protocol.produce_ns"].index(0.02)
    assert rows["continued_by"][shorter] == longer.id
    averages = [n for n in rows.names if n.startswith("analysis.") and n.endswith(".mean")]
    assert averages
    assert all(rows[name][shorter] is None for name in averages)
    assert any(rows[name][1 - shorter] is not None for name in averages)
    longer.remove()  # then the shorter one counts again
    assert states(finished) == {0.02: "done"}


@pytest.mark.parametrize("at", ["init.gsd", "trajectory.partial.gsd", "restart.npz", "rename"])
def test_an_interrupted_creation_leaves_nothing_half_written(
    finished: Path, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full at each step; the next call continues as if nothing had happened."""
    full = OSError(errno.ENOSPC, "No space left on device")

    def fail(*arguments: Any, **_: Any) -> None:
        raise full

    def copy_first(source: Path, target: Path, *rest: Any) -> None:
        if target.name == at:
            target.with_name(f"{target.stem}.partial{target.suffix}").write_bytes(b"half")
            raise full
        original(source, target, *rest)

    original = trajectory.copy_first
    before = sorted(path.name for path in (finished / "workspace").iterdir())
    with monkeypatch.context() as patched:
        patched.setattr(trajectory, "copy_first", copy_first)
        if at == "restart.npz":
            patched.setattr(checkpoint, "copy", fail)
        if at == "rename":
            patched.setattr("janus_md.workspace.jobs.os.rename", fail)
        with pytest.raises(JanusError, match="No space left"):
            create(finished, [LONGER])
    assert sorted(path.name for path in (finished / "workspace").iterdir()) == before
    assert states(finished) == {0.02: "done"}
    assert create(finished, [LONGER]) == 1
    simulate(job_of(finished, 0.03))
    assert len(frames(Path(job_of(finished, 0.03).path) / "trajectory.gsd")) == 16


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("trajectory.gsd", "trajectory.gsd is damaged, or does not belong to its checkpoint"),
        ("restart.npz", "restart.npz: the checkpoint cannot be read"),
        ("log.gsd", "log.gsd is missing"),
    ],
)
def test_a_damaged_job_is_not_continued(finished: Path, name: str, why: str) -> None:
    """The longer job begins anew, and a message says why."""
    folder = Path(job_of(finished, 0.02).path)
    if name == "trajectory.gsd":  # bits of the last positions
        raw = bytearray((folder / name).read_bytes())
        positions = frames(folder / name)[9].particles.position.astype(np.float32).tobytes()
        raw[raw.rindex(positions)] ^= 1
        (folder / name).write_bytes(raw)
    elif name == "restart.npz":
        (folder / name).write_bytes(b"PK\x03\x04 not whole")
    else:
        (folder / name).unlink()
    told: list[str] = []
    assert create(finished, [LONGER], told.append) == 1
    assert len(told) == 1
    assert "the longer job begins anew" in told[0]
    assert why in told[0]
    longer = job_of(finished, 0.03)
    assert {path.name for path in Path(longer.path).iterdir()} == {"signac_statepoint.json"}
    assert "continued_by" not in job_of(finished, 0.02).document


@pytest.mark.parametrize(
    "other",
    [
        {"replica": 1},
        {"temperature": 300.0},
        {
            "protocol": {
                "time_step_ps": 0.1,
                "relax_ps": 2.0,
                "produce_ns": 0.03,
                "frame_interval_ps": 2.0,
            }
        },
        {
            "protocol": {
                "time_step_ps": 0.1,
                "relax_ps": 1.0,
                "produce_ns": 0.03,
                "frame_interval_ps": 1.0,
            }
        },
        {
            "protocol": {
                "time_step_ps": 0.1,
                "relax_ps": 1.0,
                "produce_ns": 0.01,
                "frame_interval_ps": 2.0,
            }
        },
    ],
    ids=["replica", "temperature", "relaxation", "frames", "shorter"],
)
def test_only_the_length_of_the_production_may_differ(finished: Path, other: Any) -> None:
    changed = {"protocol": {**LONGER["protocol"]}, **other}
    assert create(finished, [point(0.03, **UNCHARGED, **changed).stored()]) == 1
    assert "continued_by" not in job_of(finished, 0.02).document
    new = [job for job in open_project(finished) if job.id != job_of(finished, 0.02).id]
    assert [path.name for path in Path(new[0].path).iterdir()] == ["signac_statepoint.json"]


def test_the_setup_of_a_continued_run_is_that_of_the_longer_one(finished: Path) -> None:
    create(finished, [LONGER])
    about = checkpoint.read_about(Path(job_of(finished, 0.03).path) / "restart.npz")
    assert about["made_for"] == resolve(StatePoint.of(LONGER)).to_dict()
