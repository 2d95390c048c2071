"""Engine and mesh are chosen once for similar jobs, and cached choices are checked again."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from janus_md.common import cache as entries
from janus_md.engines import adapter
from janus_md.engines.accuracy import remeasure
from janus_md.engines.tuning import TUNING_SAFETY
from janus_md.simulation import choice as choices
from janus_md.simulation.choice import choose_once, kind_of
from janus_md.simulation.execution import Execution, device_of, mesh_of
from janus_md.simulation.run import simulate
from janus_md.simulation.run_options import RunOptions
from janus_md.simulation.start.first_state import build
from janus_md.study.resolve import resolve
from janus_md.study.statepoint import StatePoint
from tests.conftest import PATIENCE, environment, said_at_once
from tests.engines.conftest import usable

NEUTRAL = {"electrostatics": {"method": "none"}}
"""No mesh to tune, so that a choice takes no time."""


def point(**changed: Any) -> StatePoint:
    fields: dict[str, Any] = {
        "particle": "R-Au-Cu",
        "n_bodies": 27,
        "volume_fraction": 0.05,
        "relative_permittivity": 1.0,
        "protocol": {
            "time_step_ps": 0.1,
            "relax_ps": 1.0,
            "produce_ns": 0.01,
            "frame_interval_ps": 2.0,
        },
    }
    return StatePoint.of(fields | changed)


@pytest.fixture
def starts(monkeypatch: pytest.MonkeyPatch, engine: str) -> list[str]:
    """Simulations that the engine has started, on a machine that is quiet."""
    kind, begun = type(adapter(engine)), []
    make = kind.simulation

    def counted(*arguments: Any) -> Any:
        begun.append(engine)
        return make(*arguments)

    monkeypatch.setattr(kind, "simulation", staticmethod(counted))
    monkeypatch.setattr(entries, "load_per_core", lambda: 0.5)
    return begun


def test_field_and_term_are_part_of_the_key() -> None:
    engine = "lammps"

    def kind(**changed: Any) -> str:
        return kind_of(resolve(point(model="bladed", **changed)), [(engine, "cpu")], RunOptions())

    usable(engine)
    term = {"blade-blade": {"attraction": {"epsilon": 5.0}}}
    kinds = {
        kind(),
        kind(environment={"electric_field": {"z": 0.1}}),
        kind(environment={"electric_field": {"z": 0.2}}),
        kind(interactions=term),
    }
    assert len(kinds) == 4


def chosen(engine: str, **changed: Any) -> Execution:
    one = point(**changed)
    return choose_once(resolve(one), build(one), [(engine, "cpu")], RunOptions())


def entry(cache: Path) -> dict[str, Any]:
    """What is kept, where one thing is."""
    (kinds,) = json.loads((cache / "meshes.json").read_text()).values()
    (kept,) = kinds.values()
    return kept


def put(cache: Path, **changes: Any) -> None:
    """Change cached choices."""
    kept = json.loads((cache / "meshes.json").read_text())
    for kinds in kept.values():
        for value in kinds.values():
            value |= changes
    (cache / "meshes.json").write_text(json.dumps(kept))


def test_the_second_replica_takes_the_mesh_of_the_first(
    engine: str, starts: list[str], tmp_path: Path
) -> None:
    first: dict[str, Any] = {}
    simulate(point(), tmp_path, first, engine=engine)
    tuned = len(starts)
    assert first["execution"]["mesh_from"] == "trials of this job"
    starts.clear()
    second: dict[str, Any] = {}
    (tmp_path / "second").mkdir()
    simulate(point(replica=1), tmp_path / "second", second, engine=engine)
    # A reference and the mesh on the first frame, two stages, and both again on the last frame.
    assert len(starts) == 6 < tuned
    one, two = first["execution"], second["execution"]
    assert two["mesh_from"].startswith("an earlier choice (20")
    for name in ("engine", "version", "mesh", "trial_steps_per_second", "threads", "gpu_id"):
        assert two[name] == one[name]
    assert one.keys() == two.keys()
    system = build(point(replica=1))
    mesh, kT = mesh_of(two), resolve(point()).bath.kT
    assert mesh is not None
    error = remeasure(adapter(engine), system, mesh, kT, device_of(two))
    assert (two["force_error"], two["torque_error"]) == pytest.approx(error, rel=1e-6)
    assert two["force_error"] != one["force_error"]


def test_inaccurate_mesh_is_not_reused(engine: str, starts: list[str], cache: Path) -> None:
    good = chosen(engine)
    for mesh in (
        good["mesh"] | {"resolution": [4, 4, 4], "cutoff_nm": 2.5},
        good["mesh"] | {"cutoff_nm": 100.0},  # more than the box holds
    ):
        put(cache, mesh=mesh)
        found = chosen(engine, replica=1)
        assert found["mesh_from"] == "trials of this job"
        assert found["force_error"] <= TUNING_SAFETY * 0.2
        assert entry(cache)["mesh"] == found["mesh"]  # in the place of the other


def test_invalid_stored_choice_is_replaced(engine: str, starts: list[str], cache: Path) -> None:
    chosen(engine, **NEUTRAL)
    good, file = entry(cache), cache / "meshes.json"
    mesh = {"cutoff_nm": 3.0, "resolution": [9, 9, 9], "order": 3, "splitting_per_nm": 0.8}
    for changes in (
        {"engine": "another"},
        {"mesh": {"cutoff_nm": 3.0}},
        {"mesh": mesh | {"resolution": [0, 9, 9]}},
        {"mesh": mesh | {"order": 50}},
        {"trial_steps_per_second": {}},
    ):
        put(cache, **changes)
        assert chosen(engine, **NEUTRAL)["mesh_from"] == "trials of this job"
        assert entry(cache).keys() == good.keys()
    for text in ("", "[]", "{", json.dumps({entries.processor(): 3})):
        file.write_text(text)
        assert chosen(engine, **NEUTRAL)["mesh_from"] == "trials of this job"
    assert chosen(engine, **NEUTRAL)["mesh_from"] != "trials of this job"


def test_choices_work_without_a_writable_folder(
    engine: str, starts: list[str], cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (cache / "file").write_text("no folder")
    monkeypatch.setenv("JANUS_MD_CACHE", str(cache / "file"))
    found = [chosen(engine, **NEUTRAL)["mesh_from"] for _ in range(2)]
    assert found == ["trials of this job"] * 2


def test_keys_of_choices_differ(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def kind(threads: int = 1, **changed: Any) -> str:
        one = point(**changed)
        return kind_of(resolve(one), [(engine, "cpu")], RunOptions(threads=threads))

    usable(engine)
    base = kind()
    assert kind(replica=7) == base
    assert (
        kind(
            protocol={
                "time_step_ps": 0.1,
                "relax_ps": 5.0,
                "equilibrate_ns": 1.0,
                "produce_ns": 2.0,
            }
        )
        == base
    )
    others = [
        kind(threads=2),
        kind(particle="Au3Cd"),
        kind(model="bladed", n_bodies=64),
        kind(n_bodies=28),
        kind(volume_fraction=0.04),
        kind(temperature=300.0),
        kind(relative_permittivity=1.01),
        kind(electrostatics={"force_error": 0.1}),
        kind(electrostatics={"method": "none"}),
    ]
    monkeypatch.setattr(type(adapter(engine)), "version", lambda self: "another")
    others.append(kind())
    assert len({base, *others}) == 1 + len(others)


def test_the_fastest_engine_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    both = [(usable(name).name, "cpu") for name in ("hoomd", "lammps")]
    monkeypatch.setattr(entries, "load_per_core", lambda: 0.5)
    one = point(**NEUTRAL)
    first, second = (choose_once(resolve(one), build(one), both, RunOptions()) for _ in range(2))
    assert second["mesh_from"] != first["mesh_from"]
    assert second["engine"] == first["engine"]
    assert set(second["trial_steps_per_second"]) == {"hoomd cpu", "lammps cpu"}
    # What was compared matters too.
    alone = choose_once(resolve(one), build(one), both[:1], RunOptions())
    assert (alone["engine"], alone["mesh_from"]) == ("hoomd", "trials of this job")


def test_measurement_on_a_busy_machine_is_temporary(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads = iter([3.0, 3.0, 1.0, 3.0])
    monkeypatch.setattr(entries, "load_per_core", lambda: next(loads))
    found = [chosen(engine, **NEUTRAL)["mesh_from"] == "trials of this job" for _ in range(4)]
    assert found == [True, False, True, False]


def test_many_processes_store_choices(cache: Path) -> None:
    """No entry is lost, and all reads are complete."""
    code = (
        "import sys; from janus_md.common import cache as entries\n"
        f"entries.WRITE_SECONDS = {PATIENCE}  # else an entry may be lost on a busy machine\n"
        "for k in range(20):\n"
        "    file = entries.cache_file('meshes')\n"
        "    entries.keep('here', f'{sys.argv[1]} {k}', k, file)\n"
        "    assert entries.recall('here', file)[f'{sys.argv[1]} {k}'] == k\n"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code, str(number)], env=environment())
        for number in range(6)
    ]
    assert [one.wait(PATIENCE) for one in running] == [0] * 6
    kept = json.loads((cache / "meshes.json").read_text())["here"]
    assert kept == {f"{number} {k}": k for number in range(6) for k in range(20)}
    assert {path.name for path in cache.iterdir()} == {"meshes.json", "meshes.lock"}


CHOOSE = """
import sys
from janus_md.common import cache as entries
from janus_md.simulation.choice import choose_once
from janus_md.simulation.run_options import RunOptions
from janus_md.simulation.start.first_state import build
from janus_md.study.resolve import resolve
from janus_md.study.statepoint import StatePoint
from tests.simulation.test_choice import point
one = point()  # of others, a mesh that just serves one need not serve this one
system = build(one)
entries.load_per_core = lambda: 0.5
print("ready", flush=True)
sys.stdin.readline()
print(choose_once(resolve(one), system, [(sys.argv[1], "cpu")], RunOptions())["mesh_from"])
"""


def test_one_of_simultaneous_jobs_chooses(engine: str, cache: Path) -> None:
    usable(engine)
    said = sorted(said_at_once(CHOOSE, engine, 2))
    assert said[0].startswith("an earlier choice (20")
    assert said[1] == "trials of this job\n"
    assert {path.name for path in cache.iterdir()} == {"meshes.json", "meshes.lock"}


def test_killed_process_releases_the_choice(cache: Path) -> None:
    code = (
        "import time; from janus_md.common import cache as entries\n"
        "with entries.in_turn('kind', entries.cache_file('meshes'), lambda: None):\n"
        "    print('in', flush=True); time.sleep(60)\n"
    )
    chooser = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment()
    )
    assert chooser.stdout is not None
    assert chooser.stdout.readline() == "in\n"
    looks = []

    def look() -> None:
        looks.append(chooser.poll())
        if len(looks) == 2:
            chooser.kill()
            chooser.wait()

    file = entries.cache_file("meshes")
    with pytest.raises(KeyboardInterrupt), entries.in_turn("kind", file, _interrupt):
        pass
    assert looks == []
    with entries.in_turn("kind", file, look):
        assert looks == [None, None]
    with entries.in_turn("kind", file, _interrupt):  # nobody to wait for
        pass
    assert list(cache.iterdir()) == []


def _interrupt() -> None:
    raise KeyboardInterrupt


def test_oldest_choices_are_removed(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entries, "MAX_ENTRIES", 3)
    file = entries.cache_file(choices.CACHE)
    for k in (0, 1, 2, 0, 3):
        entries.keep("here", str(k), k, file)
    entries.keep("there", "0", 0, file)
    assert entries.recall("here", file) == {"2": 2, "0": 0, "3": 3}


@pytest.mark.parametrize(
    ("names", "gpu_id", "name"),
    [
        (["[0]   NVIDIA H200, 132 SM_9.0", "[1]   NVIDIA L4"], 0, "NVIDIA H200, 132 SM_9.0"),
        (["[0]   NVIDIA H200, 132 SM_9.0", "[1]   NVIDIA L4"], 1, "NVIDIA L4"),
        (["[0]   NVIDIA L4"], 3, "NVIDIA L4"),  # a job of Slurm sees its own alone
        ([], 0, ""),
    ],
)
def test_a_gpu_has_its_name_without_its_number(
    names: list[str], gpu_id: int, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("janus_md.engines.hoomd.engine.HoomdEngine.gpus", lambda: names)
    assert choices._gpu_name([("lammps", "cpu"), ("hoomd", "gpu")], gpu_id) == name
    assert choices._gpu_name([("lammps", "cpu")], gpu_id) is None
