"""Reading and validation of the job document.

Documents may be edited by users, or damaged by full disks and power failures. If a document is not
valid, a message gives the reason, and no part of it is used.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from typing import Any

DOCUMENT = "signac_job_document.json"
"""signac's name of the file."""

LARGEST = 1e300
"""Upper limit of numbers, because integers may be too large for a float."""

_PIECE = 1 << 16  # number of bytes that are read at a time

_SHOWN = 60  # maximum number of characters of an invalid value in a message


def _number(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) < LARGEST  # NaN is not below anything


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _count(value: Any) -> bool:
    return type(value) is int and value >= 0


def _map(value: Any) -> bool:
    return isinstance(value, dict)


_Kind = tuple[Callable[[Any], bool], str]

MAP: _Kind = (_map, "a map")
TEXT: _Kind = (_text, "a text")
COUNT: _Kind = (_count, "a whole number, 0 or more")
NUMBER: _Kind = (_number, "a finite number")
MAP_OR_NULL: _Kind = (lambda value: value is None or _map(value), "a map or null")
BOOL_OR_NULL: _Kind = (lambda value: value is None or value is True or value is False,
                       "true, false or null")  # fmt: skip
TEXT_OR_NULL: _Kind = (lambda value: value is None or _text(value), "a text or null")
NUMBER_OR_NULL: _Kind = (lambda value: value is None or _number(value), "a finite number or null")

TOP: dict[str, _Kind] = {
    "failures": COUNT,
    "failure": MAP,
    "execution": MAP,
    "analysis": MAP,
    "heat": MAP,
    "scheduler": MAP,
}
"""Types of the keys of a document; further keys are allowed."""

WRITTEN = frozenset({*TOP, "made_for"})
"""Keys that janus-md writes; all others are a user's own."""

PARTS: dict[str, dict[str, _Kind]] = {
    "failure": {"message": TEXT, "operation": TEXT, "step": NUMBER},
    "execution": {
        "engine": TEXT,
        "version": TEXT,
        "component": TEXT_OR_NULL,
        "device": TEXT,
        "device_from": TEXT_OR_NULL,
        "threads": COUNT,
        "steps": COUNT,
        "seconds": NUMBER,
        "steps_per_second": NUMBER,
        "memory_mb": NUMBER,
        "trial_steps_per_second": MAP,
        "mesh": MAP_OR_NULL,
        "cutoff": MAP_OR_NULL,
        "force_error": NUMBER_OR_NULL,
        "torque_error": NUMBER_OR_NULL,
        "force_error_at_end": NUMBER_OR_NULL,
        "torque_error_at_end": NUMBER_OR_NULL,
    },
    "heat": {"passed": BOOL_OR_NULL, "why": TEXT_OR_NULL},
    "scheduler": {
        "id": TEXT,
        "name": TEXT,
        "operation": TEXT,
        "folder": TEXT,
        "failures": COUNT,
        "ended": TEXT,
    },
}
"""Types of the nested keys."""

NEEDED = {"failure": ("message",), "scheduler": ("id",), "analysis": ("mean_n",)}
"""Required nested keys."""


def read(directory: str) -> tuple[dict[str, Any], str]:
    """Read the document of the job in `directory`.

    Returns
    -------
    document : dict
        Empty if there is none, or if it is not valid.
    trouble : str
        The reason why it is not valid, with advice; empty if it is valid.
    """
    try:
        document = parsed(content(f"{directory}/{DOCUMENT}"))
    except FileNotFoundError:
        return {}, ""
    except (OSError, ValueError, RecursionError) as error:
        why = getattr(error, "strerror", None) or "it is not JSON"
        return {}, f"{DOCUMENT} cannot be read ({why}); repair it, or remove it and run again"
    if wrong := objection(document):
        return {}, wrong
    return document, ""


def content(path: str) -> bytes:
    """Read a file in half the time of a file object, because there may be 10^5 of them."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        parts = [os.read(descriptor, _PIECE)]
        while len(parts[-1]) == _PIECE:
            parts.append(os.read(descriptor, _PIECE))
    finally:
        os.close(descriptor)
    return b"".join(parts)


def parsed(text: bytes) -> Any:
    """Read JSON with the parser of pydantic, which takes half the time of that of Python.

    Raises
    ------
    ValueError, RecursionError
        If it is not JSON.
    """
    from pydantic_core import from_json

    try:
        return from_json(text)
    except ValueError:  # such as deep nesting, which only Python's parser accepts
        return json.loads(text)


def objection(document: Any) -> str:
    """Return the reason why a document is not valid, with advice; empty if it is valid."""
    if not isinstance(document, dict):
        return f"{DOCUMENT}: {shown(document)} must be a map; repair it, or remove it and run again"
    for key, (fits, wanted) in TOP.items():
        if key not in document:
            continue
        part = document[key]
        if not fits(part):
            return _refused(key, part, wanted)
        for name in NEEDED.get(key, ()):
            if name not in part:
                return f"{DOCUMENT}: {key}.{name} is missing; {_advice(key)}"
        for name, (fits_too, wanted_too) in PARTS.get(key, {}).items():
            if name in part and not fits_too(part[name]):
                return _refused(f"{key}.{name}", part[name], wanted_too)
    return _objection_to_averages(document.get("analysis", {}))


def _objection_to_averages(analysis: Mapping[str, Any]) -> str:
    """Return the reason why an average is not valid; empty if all are valid."""
    for name, value in analysis.items():
        if type(value) is dict:  # a quick check of what is usual
            mean, error = value.get("mean"), value.get("error")
            right = mean is None or (type(mean) is float and -LARGEST < mean < LARGEST)
            if right and (error is None or (type(error) is float and 0.0 <= error < LARGEST)):
                continue
        if not isinstance(value, dict):
            if name in NEEDED["analysis"]:
                return _refused(f"analysis.{name}", value, "a map with mean and error")
            continue
        mean, error = value.get("mean"), value.get("error")
        if not (mean is None or _number(mean)):
            return _refused(f"analysis.{name}.mean", mean, NUMBER_OR_NULL[1])
        if not (error is None or (_number(error) and error >= 0)):
            return _refused(f"analysis.{name}.error", error, "a finite number, 0 or more, or null")
    return ""


def _refused(key: str, value: Any, wanted: str) -> str:
    return f"{DOCUMENT}: {key}: {shown(value)} must be {wanted}; {_advice(key)}"


def _advice(key: str) -> str:
    return f"repair it, or remove {key.partition('.')[0]!r} from the file and run again"


def shown(value: Any) -> str:
    """Return a value as JSON, shortened."""
    text = json.dumps(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."


def timed(document: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the execution record of a document; None if it does not contain a speed."""
    execution = document.get("execution", {})
    if not {"steps", "seconds", "engine"} <= execution.keys():
        return None
    trial = trial_speed(execution)
    known = execution["steps"] > 0 and execution["seconds"] > 0
    return execution if known or (_number(trial) and trial > 0) else None


def trial_key(engine: str, device: str) -> str:
    """Return the key of an engine on a device (``cpu``, ``gpu``) in ``trial_steps_per_second``."""
    return f"{engine} {device}"


def trial_speed(execution: Mapping[str, Any]) -> Any:
    """Return the speed of the trial with the engine and device of an execution; None without one.

    Older records have the speed by engine only.
    """
    speeds, engine = execution.get("trial_steps_per_second", {}), execution["engine"]
    return speeds.get(trial_key(engine, execution.get("device", "cpu")), speeds.get(engine))


def finite(values: Any) -> Any:
    """Replace numbers that are not finite by None in nested values, because JSON has no NaN.

    Numbers of NumPy become Python's own; signac would warn of them in each process.
    """
    if isinstance(values, dict):
        return {key: finite(value) for key, value in values.items()}
    if isinstance(values, list | tuple):
        return [finite(value) for value in values]
    if isinstance(values, float):
        return float(values) if _number(float(values)) else None
    return values
