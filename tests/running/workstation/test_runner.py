"""Many jobs at a time: failures, stops and continued runs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import gsd.hoomd

from janus_md.analysis.pipeline.observer import LEAST_FRAMES
from janus_md.common import locks
from janus_md.workspace import products, query
from tests.conftest import PATIENCE, TINY, Result, wait_for

Cli = Callable[..., Result]
Start = Callable[..., "subprocess.Popen[str]"]

FRAMES = 11
"""Of the jobs of TINY: 0.02 ns in steps of 2 ps, and the first."""

LONG = TINY.replace("produce_ns: 0.02", "produce_ns: 10.0").replace(
    "frame_interval_ps: 2.0", "frame_interval_ps: 100.0"
)
"""A job of some seconds."""

LONG_FRAMES = 101


def make(janus_md: Cli, place: Path, text: str) -> dict[float, Path]:
    """Create a workspace and return the folders of its jobs by permittivity."""
    template = place.with_name("template.yaml")
    template.write_text(text)
    done = janus_md("init", template, "-d", place)
    assert done.code == 0, done.err
    project = query.open_project(place)
    return {job.sp.relative_permittivity: Path(job.path) for job in project}


def document(job: Path) -> dict:
    return json.loads((job / "signac_job_document.json").read_text())


def running(process: int) -> bool:
    """Return whether a process is running and not a zombie."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def frames(job: Path) -> list[int]:
    with gsd.hoomd.open(str(job / "trajectory.gsd")) as file:
        return [frame.configuration.step for frame in file]


def test_an_unstable_simulation_affects_only_its_job(
    janus_md: Cli, tmp_path: Path, engine: str
) -> None:
    # Steps of 50 ps are wild at permittivity 3, those of 0.1 ps are not.
    wild = "{time_step_ps: 50.0, frame_interval_ps: 100.0, produce_ns: 20.0, relax_ps: 2.0}"
    text = TINY.replace(
        "  protocol: {time_step_ps: 0.1, relax_ps: 2.0, frame_interval_ps: 2.0, produce_ns: 0.02}",
        "",
    )
    tame = "{frame_interval_ps: 2.0, produce_ns: 0.02, time_step_ps: 0.1, relax_ps: 2.0}"
    points = [(1.0, tame), (2.0, tame), (3.0, wild)]
    text += "points:\n" + "".join(
        f"  - {{relative_permittivity: {eps}, protocol: {protocol}}}\n" for eps, protocol in points
    )
    jobs = make(janus_md, tmp_path / "workspace", text)
    done = janus_md("run", "-d", tmp_path / "workspace", "--engine", engine, "-j", 2)
    assert done.code == 1
    assert "2 done, 1 failed" in done.out
    failed = jobs[3.0]
    assert f"{failed.name[:8]} R-Au-Cu" in done.out.splitlines()[-1]
    failure = document(failed)["failure"]
    assert failure["operation"] == "simulate"
    assert failure["step"] >= 0
    assert failure["last_good_frame"] >= -1
    assert failure["message"] in done.out
    assert not (failed / "trajectory.gsd").exists()
    for eps in (1.0, 2.0):
        assert len(frames(jobs[eps])) == FRAMES
        assert "failure" not in document(jobs[eps])
        assert document(jobs[eps])["analysis"]["n_frames"] == FRAMES
        assert document(jobs[eps])["execution"]["engine"] == engine
    rows = query.table(query.open_project(tmp_path / "workspace"))
    assert rows["status"].tolist() == ["done", "done", "failed"]

    # What is done stays done.
    before = {path: path.stat().st_mtime_ns for path in jobs[1.0].iterdir()}
    again = janus_md("run", "-d", tmp_path / "workspace", "--engine", engine)
    assert again.code == 1
    assert "1 of 3 jobs to do" in again.out
    assert {path: path.stat().st_mtime_ns for path in jobs[1.0].iterdir()} == before

    # That was its second failure.
    third = janus_md("run", "-d", tmp_path / "workspace", "--engine", engine, "--skip-failed")
    assert third.code == 1
    assert third.out == "failed twice and left out: 1 job\n"


def test_a_continued_run_has_the_same_result(
    janus_md: Cli, start_janus_md: Start, tmp_path: Path, engine: str
) -> None:
    place = tmp_path / "workspace"
    job = make(janus_md, place, LONG + "  relative_permittivity: 1.0\n")[1.0]
    process = start_janus_md("run", "-d", place, "--engine", engine)
    wait_for(lambda: (job / "trajectory.partial.gsd").exists())
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 75, out
    assert "1 left for a later run" in out
    assert not (job / "trajectory.gsd").exists()
    assert (job / "restart.npz").exists()
    assert products.state(products.left_to_do(job, document(job)), document(job)) == "begun"

    done = janus_md("run", "-d", place, "--engine", engine)
    assert done.code == 0, done.out
    steps = frames(job)
    assert steps == sorted(set(steps))
    assert len(steps) == LONG_FRAMES
    assert document(job)["analysis"]["n_frames"] == LONG_FRAMES
    finished = janus_md("run", "-d", place)
    assert (finished.code, finished.out) == (0, "1 job, all done\n")


def test_a_killed_or_held_job_does_not_affect_the_others(
    janus_md: Cli, start_janus_md: Start, tmp_path: Path, engine: str
) -> None:
    place = tmp_path / "workspace"
    jobs = make(janus_md, place, LONG + "grid: {relative_permittivity: [1, 2]}\n")
    tiny = make(janus_md, place, TINY + "  relative_permittivity: 4\n")[4.0]
    with locks.hold(jobs[2.0]):
        process = start_janus_md("run", "-d", place, "--engine", engine, "-j", 3)
        # The worker of the first job says in its lock file who it is.
        wait_for(lambda: (jobs[1.0] / "trajectory.partial.gsd").exists())
        killed = json.loads((jobs[1.0] / "run.lock").read_text())["pid"]
        os.kill(killed, signal.SIGKILL)
        out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1, err
    assert "1 done, 1 failed, 1 held by another run" in out
    assert f"process {os.getpid()} on" in out
    assert "killed by SIGKILL" in document(jobs[1.0])["failure"]["message"]
    assert len(frames(tiny)) == FRAMES
    assert not (jobs[2.0] / "init.gsd").exists()
    again = janus_md("run", "-d", place, "--engine", engine)
    assert again.code == 0, again.out
    assert "failure" not in document(jobs[1.0])


def test_workers_stop_when_the_run_is_killed(
    janus_md: Cli, start_janus_md: Start, tmp_path: Path, engine: str
) -> None:
    place = tmp_path / "workspace"
    text = LONG.replace("produce_ns: 10.0", "produce_ns: 500.0") + "  relative_permittivity: 1.0\n"
    job = make(janus_md, place, text)[1.0]
    process = start_janus_md("run", "-d", place, "--engine", engine)
    wait_for(lambda: (job / "trajectory.partial.gsd").exists())
    process.kill()
    process.communicate()
    worker = json.loads((job / "run.lock").read_text())["pid"]
    wait_for(lambda: not running(worker))
    assert not (job / "trajectory.gsd").exists()
    assert (job / "restart.npz").exists()


def test_a_run_can_end_when_the_wires_are_stationary(
    janus_md: Cli, tmp_path: Path, engine: str
) -> None:
    # Without charges nothing grows: the lengths are stationary as soon as that can be said.
    text = TINY.replace("produce_ns: 0.02", "produce_ns: 0.4") + "  relative_permittivity: 1.0\n"
    job = make(janus_md, tmp_path / "workspace", text)[1.0]
    done = janus_md("run", "-d", tmp_path / "workspace", "--engine", engine, "--until-stationary")
    assert done.code == 0, done.out
    assert LEAST_FRAMES <= len(frames(job)) < 201
    assert document(job)["execution"]["threads"] == 1  # 16 bodies are no work for two
    assert "analysis" in document(job)


def test_run_accepts_single_jobs_and_single_operations(
    janus_md: Cli, tmp_path: Path, engine: str
) -> None:
    place = tmp_path / "workspace"
    jobs = make(janus_md, place, TINY + "grid: {relative_permittivity: [1, 2, 3]}\n")
    first, second, third = (jobs[eps] for eps in (1.0, 2.0, 3.0))
    run = ("run", "-d", place, "--engine", engine)
    done = janus_md(*run, "--job", first.name[:8], "--operation", "simulate")
    assert done.code == 0, done.err
    assert "1 of 1 job to do" in done.out
    # The label has the key that varies in the workspace, although one job runs.
    assert "R-Au-Cu, ε 1: simulate done" in done.out
    assert (first / "trajectory.gsd").exists()
    assert not (first / "frames.parquet").exists()

    file = tmp_path / "jobs"
    file.write_text(f"{first.name}\n{second.name}\n")
    done = janus_md(*run, "--jobs-file", file, "--operation", "analyze")
    assert done.code == 0, done.err
    assert "not simulated yet: 1 job\n1 of 2 jobs to do" in done.out
    assert "analysis" in document(first)
    done = janus_md(*run, "--jobs-file", file)
    assert "1 of 2 jobs to do" in done.out
    assert "analysis" in document(second)
    assert not (third / "init.gsd").exists()


def test_labels_of_a_few_jobs_have_the_keys_that_vary_in_the_study(
    janus_md: Cli, tmp_path: Path
) -> None:
    place = tmp_path / "workspace"
    make(janus_md, place, TINY + "grid: {relative_permittivity: [1, 2], temperature: [300, 310]}\n")
    project = query.open_project(place)
    keys = ["relative_permittivity", "temperature"]
    assert query.study_keys(project) == keys
    cache = place / ".signac" / "statepoint_cache.json.gz"
    assert cache.exists()
    cache.write_text("damaged")
    assert query.study_keys(project) == keys
    cache.unlink()
    assert query.study_keys(project) == keys
    done = janus_md("remove", "relative_permittivity=2", "temperature=310", "-y", "-d", place)
    assert "R-Au-Cu, ε 2, T 310 K" in done.out


def test_unknown_jobs_are_refused(janus_md: Cli, tmp_path: Path) -> None:
    place = tmp_path / "workspace"
    # Of 17 ids, two begin alike.
    make(janus_md, place, TINY + "  relative_permittivity: 1\nreplicas: 17\n")
    names = [job.name for job in (place / "workspace").iterdir()]
    first = next(name[0] for name in names if sum(one[0] == name[0] for one in names) > 1)
    for options, why in (
        (("--job", "nothing"), "matches no job"),
        (("--job", first), "jobs of"),
        (("--jobs-file", tmp_path / "absent"), "No such file"),
        (("--jobs-file", os.devnull), "is empty"),
        (("--operation", "analyse"), "did you mean analyze?"),
    ):
        done = janus_md("run", "-d", place, *options)
        assert done.code == 2
        assert done.err.startswith(f"janus-md: {options[0]}: ")
        assert why in done.err
        assert done.err.count("\n") == 1
