"""What the methods paragraph needs to know of the jobs that have run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from janus_md.common.errors import JanusError
from janus_md.model.setup import Setup
from janus_md.study.catalogue.copies import entries
from janus_md.study.resolve import setup_of
from janus_md.study.statepoint import StatePoint
from janus_md.workspace.continuation import CONTINUED
from janus_md.workspace.products import TRAJECTORY

if TYPE_CHECKING:
    from janus_md.workspace.records import Record

MODEL = "model:"
"""Beginning of a source that is a choice of this project."""


@dataclass(frozen=True)
class Run:
    """A job whose simulation is complete.

    Attributes
    ----------
    point : StatePoint
        Its state point.
    setup : Setup
        Its setup.
    document : mapping
        Its document.
    produced_ns : float
        Length of its production, ns.
    """

    point: StatePoint
    setup: Setup
    document: Mapping[str, Any]
    produced_ns: float

    @property
    def execution(self) -> Mapping[str, Any]:
        """Record of the execution."""
        found: Mapping[str, Any] = self.document["execution"]
        return found


def complete_runs(records: Iterable[Record], workspace: Path) -> list[Run]:
    """Return the jobs whose simulation is complete, without those that longer ones continue.

    Raises
    ------
    JanusError
        If there is none.
    """
    found, others = [], 0
    for one in records:
        complete = TRAJECTORY in one.files and "version" in one.document.get("execution", {})
        if one.trouble or one.changed or one.state == CONTINUED or not complete:
            others += 1
            continue
        setup = setup_of(one.statepoint, workspace)
        settled = one.document["execution"].get("settled_at_step")
        steps = setup.stages[-1].steps if settled is None else settled
        length = steps * setup.time_step / 1e3
        found.append(Run(StatePoint.of(one.statepoint), setup, one.document, length))
    if not found:
        raise JanusError(f"filter: none of the {others} jobs has been simulated to its end")
    return found


def sources(runs: Iterable[Run], workspace: Path) -> dict[str, list[str]]:
    """Return the published sources of each particle, by its name."""
    found: dict[str, list[str]] = {}
    for run in runs:
        particle = entries(workspace, run.point.definitions)
        for name in run.point.composition():
            if name in found:
                continue
            texts = (" ".join(text.split()) for text in particle(name).sources.values())
            found[name] = list(dict.fromkeys(t for t in texts if not t.startswith(MODEL)))
    return {name: texts for name, texts in found.items() if texts}
