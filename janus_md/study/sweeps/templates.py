"""Templates: YAML files that describe lists of state points.

A template has the keys

- ``description``: the purpose of the sweep;
- ``fixed``: values common to all state points;
- ``grid``: lists of values, of which all combinations are taken;
- ``zip``: lists of equal length, whose items are combined in order;
- ``points``: a list of maps;
- ``replicas``: number of repetitions of each state point, with ``replica`` 0, 1, ...
- ``small``: a variant that runs in minutes; its ``fixed``, ``grid`` and ``replicas`` replace the
  same keys of these sections, or add keys.

``points``, ``zip``, ``grid`` and ``replicas`` multiply. Keys of a state point may be nested or
dotted (``protocol.produce_ns``); each is given in one section only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import resources
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

from janus_md.common.errors import JanusError
from janus_md.common.files import reading
from janus_md.common.messages import unknown
from janus_md.study.catalogue import catalog, copies
from janus_md.study.catalogue.copies import digests
from janus_md.study.resolve import completed
from janus_md.study.starts import first_frames
from janus_md.study.statepoint import StatePoint
from janus_md.study.statepoint_errors import BadStatePoint
from janus_md.study.sweeps import sections
from janus_md.study.sweeps.sections import Sections
from janus_md.study.sweeps.text import (
    Setting,
    TemplateError,
    line_of,
    line_of_key,
    nest,
    overlap,
    parse,
)

SECTIONS = ("description", "fixed", "grid", "zip", "points", "replicas", "small")
"""Keys of a template."""

TIME_STEP = "protocol.time_step_ps"
"""Key of the time step."""

SMALL_SECTIONS = ("fixed", "grid", "replicas")
"""Keys of the section `small`."""


@dataclass(frozen=True)
class Sweep:
    """A template, read and checked.

    Attributes
    ----------
    name : str
        Name of the template.
    description : str
        Purpose of the sweep.
    points : list of StatePoint
        Distinct state points in the order of the template.
    small : list of StatePoint
        Those of its small variant; empty if there is none.
    default_steps : list of StatePoint
        Those of `points` and `small` whose time step is the default.
    """

    name: str
    description: str
    points: list[StatePoint]
    small: list[StatePoint] = field(default_factory=list)
    default_steps: list[StatePoint] = field(default_factory=list)

    def variant(self) -> Sweep:
        """Return the small variant as a sweep of its own.

        Raises
        ------
        JanusError
            If there is none.
        """
        if not self.small:
            raise JanusError(
                f"--small: {self.name} has no small variant; a section `small` is missing"
            )
        return Sweep(
            f"{self.name}, small", self.description, self.small, default_steps=self.default_steps
        )


def template_names() -> list[str]:
    """Names of the templates that come with the package."""
    folder = resources.files("janus_md") / "workspace_templates"
    files = (file.name for file in folder.iterdir())
    return sorted(name.removesuffix(".yaml") for name in files if name.endswith(".yaml"))


@dataclass(frozen=True)
class Summary:
    """What a template of the package is for.

    Attributes
    ----------
    name, description : str
        As in :class:`Sweep`.
    small : bool
        Whether it has a small variant.
    """

    name: str
    description: str
    small: bool


def template_summaries() -> list[Summary]:
    """Summaries of the templates that come with the package; their state points are not made."""
    found = []
    for name in template_names():
        data = parse(_text(name), f"{name}.yaml")
        about = " ".join(str(data.get("description", "")).split())
        found.append(Summary(name, about, "small" in data))
    return found


def _text(name: str) -> str:
    """Text of a template of the package."""
    file = resources.files("janus_md") / "workspace_templates" / f"{name}.yaml"
    return file.read_text(encoding="utf-8")


def load_template(path_or_name: str | Path) -> Sweep:
    """Read a template from a file, or a template of the package by its name.

    Raises
    ------
    JanusError
        If it does not exist or is invalid; the message has the file, the line, the key, the value
        and what is allowed.
    """
    path = Path(path_or_name)
    with reading(f"template: {str(path)!r}"):
        if path.is_file():
            catalog.use_folder(path.resolve().parent / copies.FOLDER)
            first_frames.use_template_folder(path.resolve().parent)
            return read_template(path.read_text(encoding="utf-8"), path.name)
    name = str(path_or_name).removesuffix(".yaml")
    if name not in template_names():
        raise JanusError(
            f"template: {str(path_or_name)!r} is neither a file nor a template of the package; "
            f"allowed are a YAML file, {', '.join(template_names())}"
        )
    return read_template(_text(name), f"{name}.yaml")


def read_template(text: str, source: str) -> Sweep:
    """Read a template from its text; `source` names it in messages.

    Raises
    ------
    JanusError
        As in :func:`load_template`.
    """
    data = parse(text, source)
    for key in data:
        if key not in SECTIONS:
            raise TemplateError(source, line_of_key(data, key), unknown("key", key, SECTIONS))
    description = data.get("description", "")
    if not isinstance(description, str):
        raise TemplateError(
            source, line_of(data, "description"), f"description: {description!r} must be a text"
        )
    if not data.keys() & {"fixed", "grid", "zip", "points"}:
        raise TemplateError(source, None, "it has none of fixed, grid, zip and points")
    default_steps: list[StatePoint] = []
    points = _state_points([Sections(data, source)], source, default_steps)
    small: list[StatePoint] = []
    if "small" in data:
        over = _small(data, source)
        small = _state_points([Sections(data, source, small=over), over], source, default_steps)
    return Sweep(source.removesuffix(".yaml"), description.strip(), points, small, default_steps)


def _small(data: Any, source: str) -> Sections:
    """Sections of the small variant."""
    given, line = data["small"], line_of(data, "small")
    if not isinstance(given, dict) or not given:
        raise TemplateError(
            source, line, f"small: {given!r} must be a map of {', '.join(SMALL_SECTIONS)}"
        )
    for key in given:
        if key not in SMALL_SECTIONS:
            message = unknown("small", key, SMALL_SECTIONS)
            raise TemplateError(source, line_of_key(given, key), message)
    return Sections(given, source, prefix="small: ")


def _state_points(
    parts: list[Sections], source: str, default_steps: list[StatePoint]
) -> list[StatePoint]:
    """State points of the sections of all parts together.

    Those whose time step is the default are added to `default_steps`.
    """
    factors = [
        choices
        for part in parts
        for choices in (*part.points(), *part.zipped(), *part.grid(), *part.replicas())
    ]
    fixed = [setting for part in parts for setting in part.fixed()]
    number = prod(len(choices) for choices in factors)
    if number > sections.MAX_POINTS:
        raise TemplateError(
            source,
            None,
            f"it describes {number} state points; at most {sections.MAX_POINTS} are allowed",
        )
    points: list[StatePoint] = []
    seen: dict[str, int] = {}
    for choices in product(*factors):
        chosen = [setting for choice in choices for setting in choice]
        line = max((setting.given for setting in chosen), default=1)
        point = _state_point([*fixed, *chosen], line, source)
        before = seen.setdefault(point.canonical(), line)
        if len(seen) == len(points):
            told = ", ".join(f"{setting.key} {setting.value}" for setting in chosen)
            raise TemplateError(
                source, line, f"the same state point as that of line {before} ({told})"
            )
        points.append(point)
        stated = (setting.value for setting in (*fixed, *chosen) if setting.key == TIME_STEP)
        if all(value is None for value in stated):
            default_steps.append(point)
    return points


def _state_point(given: list[Setting], line: int, source: str) -> StatePoint:
    """Check a state point; errors name the line of the setting at fault."""
    try:
        point = completed(nest({setting.key: setting.value for setting in given}))
        return point.defined(digests(point.composition()))
    except BadStatePoint as error:
        at_fault = [setting.line for setting in given if overlap(setting.key, error.key)]
        raise TemplateError(source, at_fault[-1] if at_fault else line, str(error)) from error
