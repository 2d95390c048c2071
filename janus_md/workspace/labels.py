"""Labels of state points: the varying keys, their short names, and their values as text."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from janus_md.common.named_lists import by_name
from janus_md.common.uncertainty import MISSING
from janus_md.workspace.columns import RESULT_PREFIXES, substance

METHOD = "electrostatics.method"
"""Key with the method of electrostatics."""

TIME_STEP = "protocol.time_step_ps"
"""Key with the time step, whose default differs between bodies and media."""

STAGES = "protocol.stages"
"""Key with the stages of the protocol."""

CUTOFF_ERROR = "electrostatics.cutoff_error"
"""Key with the limits of the errors of a cutoff of the Coulomb interaction."""

SYMBOLS = {
    "substance": "body",
    "relative_permittivity": "ε",
    "volume_fraction": "φ",
    "temperature": "T / K",
    "n_bodies": "N",
    "viscosity": "η / mPa s",
    METHOD: "electrostatics",
    f"{CUTOFF_ERROR}.force": "force error / kT/nm",
    f"{CUTOFF_ERROR}.torque": "torque error / kT",
    "protocol.name": "protocol",
    "protocol.produce_ns": "run / ns",
    **{f"environment.electric_field.{axis}": f"E{axis} / V/nm" for axis in "xyz"},
    **{f"environment.magnetic_field.{axis}": f"B{axis} / T" for axis in "xyz"},
}
"""Short names of state-point keys."""

JOB_COLUMNS = (
    "job", "job_id", "id", "status", "substance", "path", "directory", "changed", "continued_by"
)  # fmt: skip
"""Columns of a table of jobs that are not keys of the state point, in addition to those with one of
the prefixes :data:`RESULT_PREFIXES`."""

_PARTICLES = ("particle", "mixture")
_DEFINITIONS = "definitions"
_ENVIRONMENT = "environment"


def short(key: str) -> str:
    """Return the last part of a dotted key; of a stage's key, its name and what it is."""
    _, found, rest = key.partition(f"{STAGES}.")
    if not found:
        return key.rsplit(".", 1)[-1]
    stage, _, quantity = rest.partition(".")
    quantity = quantity.removesuffix(".to")
    if quantity == "length_ns":
        return f"{stage} / ns"
    return f"{stage} {SYMBOLS.get(quantity, quantity.replace('_', ' '))}"


def axis_name(key: str) -> str:
    """Name of a key at the axis of a figure, with its unit where it is known."""
    if key == "relative_permittivity":
        return "relative permittivity"
    parts = key.split(".")
    if parts[0] == "interactions" and len(parts) == 4:
        _, pair, term, parameter = parts
        return f"{parameter} of the {term} {pair}" + (" / kJ/mol" if parameter == "epsilon" else "")
    return SYMBOLS.get(key, short(key))


def tell(value: Any) -> str:
    """Return a value as text."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return MISSING
    if isinstance(value, Mapping) and "structure" in value:  # of `start`
        return str(value["structure"])
    if isinstance(value, list) and value and all(map(_is_stage, value)):
        return " + ".join(map(_stage, value))
    if isinstance(value, Mapping) and value.get("kind") == "from":
        source = value.get("job") or value.get("digest") or ""
        return f"frame {value.get('frame')} of {source[:8]}"
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _is_stage(value: Any) -> bool:
    """Whether a value is a stage of a protocol."""
    return isinstance(value, Mapping) and {"name", "length_ns"} <= value.keys()


def _stage(stage: Mapping[str, Any]) -> str:
    """Return a stage with its length and the values at its end."""
    ends = []
    for name, change in stage.items():
        if isinstance(change, Mapping):
            symbol, _, unit = SYMBOLS.get(name, name.replace("_", " ")).partition(" / ")
            ends.append(f"{symbol} {end_of(change):g} {unit}".rstrip())
    told = f" ({', '.join(ends)})" if ends else ""
    return f"{stage['name']} {stage['length_ns']:g} ns{told}"


def end_of(change: Mapping[str, Any]) -> float:
    """Return the value of a quantity at the end of a stage, from what the stage says of it."""
    return float(change["points"][-1][1] if "points" in change else change["to"])


def say(keys: Mapping[str, Any]) -> list[str]:
    """Return the keys with their values, such as ``T 300 K``; a substance is only its name.

    Keys without a value are left out, unless all are.
    """
    parts = []
    for key, value in keys.items():
        name, _, unit = SYMBOLS.get(key, short(key)).partition(" / ")
        if key == "substance":
            parts.append(str(value))
        elif tell(value) != MISSING:
            parts.append(f"{name} {tell(value)} {unit}".rstrip())
    return parts or list(dict.fromkeys(map(_without, keys)))


def _without(key: str) -> str:
    """Return the text of a key without a value, such as ``no electric field``."""
    parts = key.split(".")
    if parts[0] == _ENVIRONMENT and len(parts) > 1:
        return f"no {parts[1].replace('_', ' ')}"
    return f"{short(key)} {MISSING}"


def varying_keys(columns: Mapping[str, Sequence[Any]]) -> list[str]:
    """Return the keys of the state point whose values differ between jobs.

    Parameters
    ----------
    columns : mapping of str to sequence
        Values of all jobs, or all distinct values, by dotted key. None and NaN are missing values.
        Columns that are not keys of the state point are ignored.

    Returns
    -------
    list of str
        The keys, in the order of the columns. Particles and mixtures are left out, because labels
        name them as the substance. The definition of a particle is included if particles with the
        same name have different definitions, and a setting of a structure or of a cutoff if two
        structures or cutoffs differ in it. A setting of a field is not if it is 0 where there is
        one.
    """
    found = []
    for key, values in columns.items():
        first, _, rest = key.partition(".")
        if key in JOB_COLUMNS or key.startswith(RESULT_PREFIXES) or first in _PARTICLES:
            continue
        if first == _ENVIRONMENT and (
            not rest or all(one in (None, 0.0) or one != one for one in values)
        ):
            continue
        # Only some jobs have a definition of a particle, a structure, or a cutoff.
        optional = rest and (first == _DEFINITIONS or (first == "start" and rest != "structure"))
        optional = optional or key.startswith(CUTOFF_ERROR)
        if _differ(values, missing_counts=not optional):
            found.append(key)
    return _of_stages(found, columns[STAGES]) if STAGES in columns else found


def _of_stages(keys: list[str], values: Sequence[Any]) -> list[str]:
    """Return the keys without the list of stages, or without those of each stage.

    Stages are compared one by one where all jobs have the same ones, by name and in order.
    """
    names = {tuple(by_name(value) or ()) for value in values}
    if len(names) == 1 and any(key.startswith(f"{STAGES}.") for key in keys):
        return [key for key in keys if key != STAGES]
    return [key for key in keys if not key.startswith(f"{STAGES}.")]


def distinguishing_keys(columns: Mapping[str, Sequence[Any]]) -> list[str]:
    """Return the varying keys, without the time step if the others determine it."""
    return without_time_step(varying_keys(columns), columns)


def without_time_step(keys: Sequence[str], columns: Mapping[str, Sequence[Any]]) -> list[str]:
    """Return varying keys without the time step, if the others determine it.

    Parameters
    ----------
    keys : sequence of str
        Varying keys.
    columns : mapping of str to sequence
        Values of these keys, and of particles and mixtures, of all jobs.
    """
    if TIME_STEP not in keys:
        return list(keys)
    others = [key for key in keys if key not in (TIME_STEP, "replica")]
    others += [key for key in columns if key.partition(".")[0] in (*_PARTICLES, "substance")]
    held = [[repr(value) for value in columns[key]] for key in dict.fromkeys(others)]
    jobs = list(zip(*held, strict=True)) if held else [()] * len(columns[TIME_STEP])
    steps = set(zip(jobs, map(repr, columns[TIME_STEP]), strict=True))
    if len(steps) > len(set(jobs)):
        return list(keys)
    return [key for key in keys if key != TIME_STEP]


def _differ(values: Sequence[Any], missing_counts: bool) -> bool:
    """Return whether there are two different values."""
    held = list(values)
    if not held or held.count(held[0]) == len(held):
        return False
    try:
        different = set(held)
    except TypeError:  # lists and maps
        different = set(map(repr, held))
    known = {one for one in different if one is not None and one == one}
    return len(known) > 1 or (missing_counts and len(known) == 1 and len(different) > 1)


def varying_values(
    statepoints: Sequence[Mapping[str, Any]], prefix: str = ""
) -> dict[str, list[Any]]:
    """Return the values of the keys that differ between state points, sorted by dotted key.

    Empty state points, which could not be read, are ignored.
    """
    found: dict[str, list[Any]] = {}
    if not prefix:
        statepoints = [one for one in statepoints if one]
    for key in sorted(set().union(*statepoints)):
        held: list[Any] = [statepoint.get(key) for statepoint in statepoints]
        if held.count(held[0]) == len(held):
            continue
        whole = f"{prefix}{key}"
        sparse = whole == CUTOFF_ERROR or whole.partition(".")[0] in (_DEFINITIONS, _ENVIRONMENT)
        if sparse and any(isinstance(value, dict) for value in held):
            held = [{} if value is None else value for value in held]
        if whole == STAGES and len({tuple(by_name(value) or ()) for value in held}) == 1:
            held = [by_name(value) for value in held]
        if all(isinstance(value, dict) for value in held):
            found |= varying_values(held, f"{prefix}{key}.")
        else:
            found[f"{prefix}{key}"] = held
    return found


def value_at(nested: Mapping[str, Any], key: str) -> Any:
    """Return the value of a dotted key in nested maps; None if there is none."""
    value: Any = nested
    for part in key.split("."):
        value = by_name(value) or value
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def label(statepoint: Mapping[str, Any], keys: Sequence[str]) -> str:
    """Return the label of a state point: its particles and the values of `keys`."""
    varying = {key: value_at(statepoint, key) for key in keys}
    return ", ".join(say({"substance": substance(statepoint), **varying}))


def labels(statepoints: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the label of each state point: its particles and the values of the varying keys."""
    values = varying_values(statepoints)
    keys = distinguishing_keys(values)
    return [label(statepoint, keys) for statepoint in statepoints]
