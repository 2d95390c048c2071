"""Declarations of columns, and observables that violate them."""

from __future__ import annotations

import json

import numpy as np
import pyarrow.parquet as pq
import pytest

from janus_md.analysis.pipeline.pipeline import analyze_file
from janus_md.common import plugins
from janus_md.common.errors import JanusError
from janus_md.common.observables import (
    Column,
    averages,
    code_of_observables,
    frame_columns,
    observables,
)
from tests.analysis.worlds import gsd_frame, quaternions_along, write_gsd

HEAD = "from janus_md import Column, Observable\n"


@pytest.fixture
def plugin(tmp_path, monkeypatch):
    """Make a file of plugins/, and use the folder."""
    monkeypatch.setenv(plugins.VARIABLE, "")

    def write(text, name="mine", folder="w"):
        path = tmp_path / folder / plugins.FOLDER
        path.mkdir(parents=True, exist_ok=True)
        (path / f"{name}.py").write_text(HEAD + text, encoding="utf-8")
        plugins.use(tmp_path / folder)

    return write


def two_columns(body):
    """Text of an observable with a float and an integer."""
    return (
        f"def compute(context):\n    {body}\n"
        "OBSERVABLE = Observable((Column('one', 'a number'), "
        "Column('two', 'a count', dtype='int64')), compute)\n"
    )


@pytest.fixture
def trajectory(tmp_path):
    x = np.array([[2.0 * k, 0.0, 0.0] for k in range(4)])
    q = quaternions_along([[1.0, 0.0, 0.0]] * 4)
    frames = [gsd_frame(x, q, [20, 20, 20, 0, 0, 0], step=k) for k in range(3)]
    return write_gsd(tmp_path / "a.gsd", frames)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": "two words"}, "letters, digits and underscores"),
        ({"name": "steady"}, "steady, steady_samples are reserved"),
        ({"meaning": " "}, "meaning is empty"),
        ({"dtype": "float32"}, "dtype is 'float32'; allowed are float64, int64"),
        ({"averaged": True, "heading": "one line"}, "heading is 'one line'; it must be two lines"),
        ({"heading": ("a", "b")}, "averaged is False"),
        ({"in_query": True}, "averaged is False"),
    ],
)
def test_a_column_that_cannot_be(given, said):
    with pytest.raises(JanusError, match=said):
        Column(**{"name": "mine", "meaning": "a number"} | given)


def test_places_decide_the_order_and_names_the_rest(plugin):
    before = [column.name for column in frame_columns()]
    assert before[:4] == ["frame", "step", "time_ps", "n_bodies"]
    plugin(two_columns("return {'one': 1.0, 'two': 2}"))
    assert [column.name for column in frame_columns()] == [*before, "one", "two"]
    plugin(two_columns("return {}").replace("compute)\n", "compute, place=15)\n"), folder="v")
    assert [column.name for column in frame_columns()][3:7] == ["n_bodies", "one", "two", "n_wires"]
    assert "one" not in [column.name for column in averages()]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("OBSERVABLE = 7", "observable mine: OBSERVABLE is a int; it must be an Observable"),
        ("OBSERVABLE = Observable((), print)", "observable mine: columns is empty"),
        (
            "OBSERVABLE = Observable((Column('mean_n', 'mine'),), print)",
            "observable mine: column mean_n already belongs to wire_lengths; rename it",
        ),
        (
            "OBSERVABLE = Observable((Column('k', 'mine', dtype='kind'),), print)",
            "observable mine: dtype of k is 'kind'; allowed are float64, int64",
        ),
        ("OBSERVABLE = Observable((Column('a b', 'c'),), print)", "plugin .*column 'a b'"),
    ],
)
def test_an_observable_that_cannot_be(plugin, text, said):
    plugin(text)
    with pytest.raises(JanusError, match=said):
        observables()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("return 1 / 0", r"frame 0: observable mine failed \(ZeroDivisionError: division by zero"),
        ("return {'one': 1.0}", "observable mine returned one; its columns are one, two"),
        ("return {'one': 1.0, 'two': 2.5}", "two is 2.5; it must be a whole number"),
        ("return {'one': 'x', 'two': 2}", "one is 'x'; it must be a number"),
        ("return {'one': [1.0], 'two': 2}", r"one is \[1.0\]; it must be a number"),
        ("return {'one': 1.0, 'two': float('inf')}", "two is inf; it must be a whole number"),
    ],
)
def test_values_that_cannot_be(plugin, trajectory, tmp_path, body, said):
    plugin(two_columns(body))
    with pytest.raises(JanusError, match=said):
        analyze_file(trajectory, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_values_of_all_kinds_of_number_and_none(plugin, trajectory, tmp_path):
    body = (
        "import numpy as np; k = context.frame.index; "
        "return [{'one': np.float32(0.5), 'two': np.int64(3)}, {'one': None, 'two': None}, "
        "{'one': np.nan, 'two': 4.0}][k]"
    )
    plugin(two_columns(body))
    summary = analyze_file(trajectory, tmp_path / "out")
    table = pq.read_table(tmp_path / "out" / "frames.parquet")
    assert table["one"].to_pylist() == [0.5, None, None]
    assert table["two"].to_pylist() == [3, None, 4]
    assert "one" not in summary
    json.dumps(summary)


def test_an_analysis_goes_on_only_with_the_same_code(plugin):
    """The cache of an analysis depends on the code of the observables."""
    found = []
    for folder, text in (("w", "{'one': 1.0, 'two': 2}"), ("v", "{'one': 1.5, 'two': 2}")):
        plugin(two_columns(f"return {text}"), folder=folder)
        found.append(code_of_observables())
    assert found[0] != found[1]
    assert code_of_observables() == found[1]
