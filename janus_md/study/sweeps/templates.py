"""Templates: YAML files that describe lists of state points.

A template has the keys

- ``description``: the purpose of the sweep;
- ``fixed``: values common to all state points;
- ``grid``: lists of values, of which all combinations are taken;
- ``zip``: lists of equal length, whose items are combined in order;
- ``points``: a list of maps;
- ``replicas``: number of repetitions of each state point, with ``replica`` 0, 1, ...

``points``, ``zip``, ``grid`` and ``replicas`` multiply. Keys of a state point may be nested or
dotted (``protocol.produce_ns``); each is given in one section only.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from itertools import product
from math import prod
from pathlib import Path

from janus_md.common.errors import JanusError
from janus_md.common.files import reading
from janus_md.common.messages import unknown
from janus_md.study.catalogue import catalog, copies
from janus_md.study.catalogue.copies import digests
from janus_md.study.resolve import resolve
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

SECTIONS = ("description", "fixed", "grid", "zip", "points", "replicas")
"""Keys of a template."""


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
    """

    name: str
    description: str
    points: list[StatePoint]


def template_names() -> list[str]:
    """Names of the templates that come with the package."""
    folder = resources.files("janus_md") / "workspace_templates"
    files = (file.name for file in folder.iterdir())
    return sorted(name.removesuffix(".yaml") for name in files if name.endswith(".yaml"))


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
            return read_template(path.read_text(encoding="utf-8"), path.name)
    name = str(path_or_name).removesuffix(".yaml")
    if name not in template_names():
        raise JanusError(
            f"template: {str(path_or_name)!r} is neither a file nor a template of the package; "
            f"allowed are a YAML file, {', '.join(template_names())}"
        )
    file = resources.files("janus_md") / "workspace_templates" / f"{name}.yaml"
    return read_template(file.read_text(encoding="utf-8"), f"{name}.yaml")


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
    reader = Sections(data, source)
    factors = [*reader.points(), *reader.zipped(), *reader.grid(), *reader.replicas()]
    fixed = reader.fixed()
    number = prod(len(choices) for choices in factors)
    if number > sections.MAX_POINTS:
        raise TemplateError(
            source,
            None,
            f"it describes {number} state points; at most {sections.MAX_POINTS} are allowed",
        )
    if not data.keys() & {"fixed", "grid", "zip", "points"}:
        raise TemplateError(source, None, "it has none of fixed, grid, zip and points")
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
    return Sweep(source.removesuffix(".yaml"), description.strip(), points)


def _state_point(given: list[Setting], line: int, source: str) -> StatePoint:
    """Check a state point; errors name the line of the setting at fault."""
    try:
        point = StatePoint.of(nest({setting.key: setting.value for setting in given}))
        if resolve(point).statepoint["model"] is None:
            point = point.model_copy(update={"model": None})
        return point.defined(digests(point.composition()))
    except BadStatePoint as error:
        at_fault = [setting.line for setting in given if overlap(setting.key, error.key)]
        raise TemplateError(source, at_fault[-1] if at_fault else line, str(error)) from error
