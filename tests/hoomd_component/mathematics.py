"""The mathematics of the component, compiled with g++ without HOOMD-blue and called by ctypes."""

from __future__ import annotations

import ctypes
import importlib.util
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from janus_md.model.body import FloatArray, RigidBody
from janus_md.model.interactions.table import PairTable, Row, sorted_pairs

COMPONENT = Path(__file__).resolve().parents[2] / "hoomd_component"
_SOURCES = (Path(__file__).parent / "pairs.cc", COMPONENT / "src" / "host.cc")


def tables() -> Any:
    """Return the module janus_md_hoomd.tables, which needs no HOOMD-blue."""
    path = COMPONENT / "janus_md_hoomd" / "tables.py"
    found = importlib.util.spec_from_file_location("component_tables", path)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def compiled(folder: Path) -> ctypes.CDLL:
    """Compile the mathematics into `folder`; skip without g++."""
    compiler = shutil.which("g++")
    if compiler is None:
        pytest.skip("g++ is not installed")
    library = folder / "pairs.so"
    command = [compiler, "-std=c++17", "-O3", "-fno-math-errno", "-Wall", "-Wextra", "-Werror"]
    command += ["-ffp-contract=fast", "-Wno-psabi"]  # as CMakeLists.txt
    command += ["-shared", "-fPIC", f"-I{COMPONENT / 'src'}", "-o", str(library)]
    subprocess.run([*command, *map(str, _SOURCES)], check=True)
    return ctypes.CDLL(str(library))


@dataclass(frozen=True)
class Found:
    """Energies, forces on the first body and torques of M pairs."""

    energy: FloatArray
    force: FloatArray
    torque_a: FloatArray
    torque_b: FloatArray


def terms_of(pairs: PairTable) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Return a pair table as the component takes it."""

    def term(row: Row) -> dict[str, Any]:
        return {"form": row.form, **row.parameters}

    return {pair: [term(row) for row in rows] for pair, rows in sorted_pairs(pairs).items()}


def of_body(body: RigidBody) -> dict[str, Any]:
    """Return a body, including its central particle, as the component takes it."""
    return {
        "positions": np.vstack([np.zeros(3), body.positions]),
        "kinds": [body.name, *body.types],
        "charges": [0.0, *body.charges],
    }


def _pointer(x: FloatArray) -> Any:
    return x.ctypes.data_as(ctypes.POINTER(ctypes.c_double))


def _given(body_a: RigidBody, body_b: RigidBody, pairs: PairTable) -> tuple[list[Any], Any]:
    """Bodies and table as arguments of the library, and the arrays that own their memory."""
    module, terms = tables(), terms_of(pairs)
    kinds = module.kinds_of(terms)
    rows = np.array(module.rows_of(terms, kinds), float).reshape(-1, 6)
    a, b = (np.array(module.sites_of(x.name, of_body(x), kinds), float) for x in (body_a, body_b))
    given = [_pointer(a), len(a), _pointer(b), len(b), len(kinds), _pointer(rows), len(rows)]
    return given, (a, b, rows)


def sums(
    library: ctypes.CDLL,
    body_a: RigidBody,
    body_b: RigidBody,
    r: FloatArray,
    turns_a: FloatArray,
    turns_b: FloatArray,
    pairs: PairTable,
    prefactor: float = 0.0,
    cutoff: float = 0.0,
    splitting: float = 0.0,
) -> Found:
    """Return the interaction of M pairs of bodies by the compiled mathematics."""
    given, _owners = _given(body_a, body_b, pairs)
    results = np.empty((len(r), 10))
    arrays = [np.ascontiguousarray(x, float) for x in (r, turns_a, turns_b)]
    library.pairs(
        *given, *map(ctypes.c_double, (prefactor, cutoff, splitting)), len(r),
        *map(_pointer, arrays), _pointer(results),
    )  # fmt: skip
    return Found(results[:, 0], results[:, 1:4], results[:, 4:7], results[:, 7:])


def sums_over_neighbours(
    library: ctypes.CDLL,
    body_a: RigidBody,
    body_b: RigidBody,
    r: FloatArray,
    turn_a: FloatArray,
    turns_b: FloatArray,
    pairs: PairTable,
    prefactor: float,
    cutoff: float,
    splitting: float,
) -> tuple[FloatArray, FloatArray]:
    """Return the interaction of a body with M neighbours, computed all at once.

    The rows of the first array are energy, force on the neighbour and torque on the neighbour; the
    second one is the torque on the body.
    """
    given, _owners = _given(body_a, body_b, pairs)
    results, torque = np.empty((len(r), 7)), np.empty(3)
    arrays = [np.ascontiguousarray(x, float) for x in (r, turn_a, turns_b)]
    library.neighbours(
        *given, *map(ctypes.c_double, (prefactor, cutoff, splitting)), len(r),
        *map(_pointer, arrays), _pointer(results), _pointer(torque),
    )  # fmt: skip
    return results, torque
