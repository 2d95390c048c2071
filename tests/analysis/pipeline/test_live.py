"""Live wire detection agrees with the analysis of the trajectory."""

import numpy as np
import pandas as pd
import pytest

from janus_md.analysis.pipeline.observer import LEAST_FRAMES, WireObserver
from janus_md.analysis.pipeline.pipeline import analyze_file
from janus_md.common.errors import JanusError
from janus_md.model.body import BondCriterion
from janus_md.model.interactions.table import Interactions
from janus_md.model.system import System
from janus_md.study.catalogue import catalog
from tests.analysis.series.test_averages import autoregressive
from tests.analysis.worlds import described, gsd_frame, quaternions_along, straight_wires, write_gsd

EDGE = 24.0
BOX = np.array([EDGE, EDGE, EDGE, 0.0, 0.0, 0.0])
LENGTHS = ("mean_n", "mean_w", "longest", "n_wires", "n_bonds", "share_in_wires_of_3")


def system_of(x, q):
    body = catalog.body("R-Au-Cu", "sphere")
    kinds = np.zeros(len(x), dtype=np.int32)
    return System((body,), kinds, BOX, x, q, Interactions({}, None))


def test_live_analysis_agrees_with_analysis_of_the_file(tmp_path):
    rng = np.random.default_rng(1)
    observer, frames = WireObserver(), []
    assert observer.text == ""
    for k in range(12):
        x, u = straight_wires(rng, 12, 1 + k % 5, EDGE)
        x += rng.normal(scale=0.2, size=x.shape)
        q = quaternions_along(u + rng.normal(scale=0.3, size=u.shape))
        x, q = x.astype(np.float32).astype(float), q.astype(np.float32).astype(float)
        observer(100 * k, 10.0 * k, system_of(x, q))
        about = described({"R-Au-Cu": "R"}) if k == 0 else None
        frames.append(gsd_frame(x, q, BOX, step=100 * k, types=["R-Au-Cu"], about=about))
    analyze_file(write_gsd(tmp_path / "a.gsd", frames), tmp_path)
    table = pd.read_parquet(tmp_path / "frames.parquet")
    assert observer.steps == table["step"].tolist()
    assert table["mean_n"].nunique() > 4
    for name in LENGTHS:
        np.testing.assert_array_equal(observer.series(name), table[name])
    last = table.iloc[-1]
    assert observer.text == f"mean wire {last['mean_n']:.1f}, longest {int(last['longest'])}"


def test_observer_interval_and_custom_criterion():
    x = np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 1.8]])
    q = np.tile([1.0, 0.0, 0.0, 0.0], (2, 1))
    observer = WireObserver(BondCriterion(1.7, 35.0), every=3)
    for k in range(7):
        observer(k, float(k), system_of(x, q))
    assert observer.steps == [0, 3, 6]
    assert observer.series("mean_n").tolist() == [1.0, 1.0, 1.0]


def test_stationary_and_growing_runs_are_distinguished():
    settled, growing = WireObserver(), WireObserver()
    noise = autoregressive(0.5, 300, 1, 11)[0]
    for k in range(300):
        settled.lengths.append({"mean_w": 20.0 + noise[k]})
        growing.lengths.append({"mean_w": 0.1 * k + noise[k]})
        if k < LEAST_FRAMES - 1:
            assert not settled.is_stationary()
    assert settled.is_stationary()
    assert not growing.is_stationary()


def test_different_criteria_give_the_widest():
    a, b = catalog.body("R-Au-Cu", "sphere"), catalog.body("R-Au-Cu", "bladed")
    x, q = np.zeros((1, 3)), np.array([[1.0, 0.0, 0.0, 0.0]])
    system = System((a, b), np.zeros(1, np.int32), BOX, x, q, Interactions({}, None))
    observer = WireObserver()
    observer(0, 0.0, system)
    assert observer.criterion == BondCriterion(2.4, 35.0)  # that of bladed; of sphere 2.1 nm


def test_three_lines_in_a_hoomd_script(tmp_path):
    """Run the three lines of the docstring of the module in a script."""
    hoomd = pytest.importorskip("hoomd")
    from janus_md.analysis.pipeline import hoomd_action

    rng = np.random.default_rng(2)
    x, u = straight_wires(rng, 10, 4, EDGE)
    path = write_gsd(tmp_path / "start.gsd", [gsd_frame(x, quaternions_along(u), BOX)])
    simulation = hoomd.Simulation(device=hoomd.device.CPU(), seed=1)
    simulation.create_state_from_gsd(str(path))
    logger = hoomd.logging.Logger(categories=["scalar"])
    lines = [line[4:] for line in hoomd_action.__doc__.split("::\n")[1].splitlines() if line]
    assert len([line for line in lines if not line.startswith("from")]) == 3
    exec("\n".join(lines), {"hoomd": hoomd, "simulation": simulation, "logger": logger})
    simulation.run(1001)
    values = {key[-1]: value[0] for key, value in flatten(logger.log())}
    assert values["mean_n"] == 4.0
    assert values["longest"] == 4
    assert values["n_wires"] == 10
    assert values["share_in_wires_of_3"] == 1.0


@pytest.mark.parametrize(
    ("edges", "options", "said"),
    [
        (
            (9.0, 9.0, 9.0),
            {"types": ["blade"]},
            r"^step 1: there is no type blade; the types are A, B$",
        ),
        ((9.0, 9.0, 9.0), {"types": ["B"]}, r"^step 1: there are no bodies"),
        ((9.0, 9.0, 0.0), {}, r"^step 1: the box is 2D"),
        ((9.0, 9.0, 9.0), {"axis": (0.0, 0.0, 0.0)}, r"^axis is \[0.0, 0.0, 0.0\]; it must be"),
    ],
)
def test_hoomd_script_with_missing_type_or_box_is_refused(edges, options, said):
    hoomd = pytest.importorskip("hoomd")
    from janus_md.analysis.pipeline.hoomd_action import WireDetector

    snapshot = hoomd.Snapshot()
    snapshot.configuration.box = [*edges, 0, 0, 0]
    snapshot.particles.N = 1
    snapshot.particles.types = ["A", "B"]
    simulation = hoomd.Simulation(device=hoomd.device.CPU(), seed=1)
    simulation.create_state_from_snapshot(snapshot)

    def run():
        wires = WireDetector(**options)
        simulation.operations.writers.append(hoomd.write.CustomWriter(action=wires, trigger=1))
        simulation.run(1)

    with pytest.raises(JanusError, match=said):
        run()


def flatten(nested, prefix=()):
    for key, value in nested.items():
        if isinstance(value, dict):
            yield from flatten(value, (*prefix, key))
        else:
            yield (*prefix, key), value
