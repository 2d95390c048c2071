"""Sweeps of Janus rigid bodies with HOOMD-blue and LAMMPS, and the nanowires they form.

What stands in ``__all__`` is the public interface; everything is imported when it is first used.

>>> import janus_md
>>> project = janus_md.open_project("demo")
>>> rows = janus_md.table(project, ["particle=R-Au-Cu", "relative_permittivity<2"])
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.2.0.dev0"

_HOME = {
    # what is simulated
    "Particle": "study.catalogue.particle",
    "RigidBody": "model.body",
    "Setup": "model.setup",
    "StatePoint": "study.statepoint",
    "System": "model.system",
    "load_template": "study.sweeps.templates",
    "resolve": "study.resolve",
    # two bodies alone
    "AssociationSampling": "model.association.constants",
    "association_constants": "model.association.constants",
    "body": "study.catalogue.catalog",
    "chain_equilibrium": "model.association.chains",
    "head_to_tail_minimum": "model.pairs.energy",
    "pair_energy": "model.pairs.energy",
    "pair_forces": "model.pairs.energy",
    # workspaces
    "create": "running.jobs.creation",
    "extend": "running.jobs.extension",
    "folders": "workspace.query",
    "open_project": "workspace.jobs",
    "read_document": "workspace.jobs",
    "table": "workspace.query",
    "rows": "analysis.sweep.rows",
    "row_statistics": "analysis.sweep.row_statistics",
    # runs
    "simulate": "simulation.run",
    "simulate_job": "running.operations",
    "analyze_job": "running.operations",
    "workflow": "cli.workflow",
    # trajectories
    "WireDetector": "analysis.pipeline.hoomd_action",
    "aggregates_of": "analysis.pipeline.frame",
    "analyze": "analysis.pipeline.pipeline",
    "report": "analysis.report.of_project",
    "wires_of": "analysis.pipeline.frame",
    # what users add: see docs/add_*.md
    "AppliedField": "model.environment",
    "Beads": "model.interactions.term",
    "Capabilities": "engines.capabilities",
    "Device": "engines.base",
    "Engine": "engines.base",
    "EngineStatus": "engines.base",
    "ExternalField": "model.environment",
    "Forces": "engines.base",
    "Kicks": "engines.base",
    "each_pair": "engines.sites",
    "Layout": "model.shape",
    "Shape": "model.shape",
    "Material": "model.structure",
    "Placed": "model.structure",
    "Structure": "model.structure",
    "PairStyle": "engines.lammps.styles",
    "PairTerm": "model.interactions.term",
    "Row": "model.interactions.table",
    "Settings": "common.settings",
    "Column": "common.observables",
    "FrameContext": "analysis.pipeline.context",
    "Observable": "common.observables",
    "Dependency": "running.cluster.schedulers.records",
    "EndedJob": "running.cluster.schedulers.records",
    "JobRequest": "running.cluster.schedulers.records",
    "QueuedJob": "running.cluster.schedulers.records",
    "Rejected": "running.cluster.schedulers.records",
    "Scheduler": "running.cluster.schedulers.base",
    # what theory expects
    "association_constant_of": "analysis.theory.theory",
    "mean_length": "analysis.theory.theory",
    # errors, and the command line
    "Held": "common.locks",
    "JanusError": "common.errors",
    "ToBeContinued": "common.errors",
    "main": "cli.app",
}
"""Module of each public name."""

_CALLED = {"analyze": "analyze_file", "AssociationSampling": "Sampling"}
"""Names that are others in their modules."""

__all__ = [
    "AppliedField",
    "AssociationSampling",
    "Beads",
    "Capabilities",
    "Column",
    "Dependency",
    "Device",
    "EndedJob",
    "Engine",
    "EngineStatus",
    "ExternalField",
    "Forces",
    "FrameContext",
    "Held",
    "JanusError",
    "JobRequest",
    "Kicks",
    "Layout",
    "Material",
    "Observable",
    "PairStyle",
    "PairTerm",
    "Particle",
    "Placed",
    "QueuedJob",
    "Rejected",
    "RigidBody",
    "Row",
    "Scheduler",
    "Settings",
    "Setup",
    "Shape",
    "StatePoint",
    "Structure",
    "System",
    "ToBeContinued",
    "WireDetector",
    "__version__",
    "aggregates_of",
    "analyze",
    "analyze_job",
    "association_constant_of",
    "association_constants",
    "body",
    "chain_equilibrium",
    "create",
    "each_pair",
    "extend",
    "folders",
    "head_to_tail_minimum",
    "load_template",
    "main",
    "mean_length",
    "open_project",
    "pair_energy",
    "pair_forces",
    "read_document",
    "report",
    "resolve",
    "row_statistics",
    "rows",
    "simulate",
    "simulate_job",
    "table",
    "wires_of",
    "workflow",
]

if TYPE_CHECKING:
    from janus_md.analysis.pipeline.context import FrameContext
    from janus_md.analysis.pipeline.frame import aggregates_of, wires_of
    from janus_md.analysis.pipeline.hoomd_action import WireDetector
    from janus_md.analysis.pipeline.pipeline import analyze_file as analyze
    from janus_md.analysis.report.of_project import report
    from janus_md.analysis.sweep.row_statistics import row_statistics
    from janus_md.analysis.sweep.rows import rows
    from janus_md.analysis.theory.theory import association_constant_of, mean_length
    from janus_md.cli import workflow
    from janus_md.cli.app import main
    from janus_md.common.errors import JanusError, ToBeContinued
    from janus_md.common.locks import Held
    from janus_md.common.observables import Column, Observable
    from janus_md.common.settings import Settings
    from janus_md.engines.base import Device, Engine, EngineStatus, Forces, Kicks
    from janus_md.engines.capabilities import Capabilities
    from janus_md.engines.lammps.styles import PairStyle
    from janus_md.engines.sites import each_pair
    from janus_md.model.association.chains import chain_equilibrium
    from janus_md.model.association.constants import Sampling as AssociationSampling
    from janus_md.model.association.constants import association_constants
    from janus_md.model.body import RigidBody
    from janus_md.model.environment import AppliedField, ExternalField
    from janus_md.model.interactions.table import Row
    from janus_md.model.interactions.term import Beads, PairTerm
    from janus_md.model.pairs.energy import head_to_tail_minimum, pair_energy, pair_forces
    from janus_md.model.setup import Setup
    from janus_md.model.shape import Layout, Shape
    from janus_md.model.structure import Material, Placed, Structure
    from janus_md.model.system import System
    from janus_md.running.cluster.schedulers.base import Scheduler
    from janus_md.running.cluster.schedulers.records import (
        Dependency,
        EndedJob,
        JobRequest,
        QueuedJob,
        Rejected,
    )
    from janus_md.running.jobs.creation import create
    from janus_md.running.jobs.extension import extend
    from janus_md.running.operations import analyze_job, simulate_job
    from janus_md.simulation.run import simulate
    from janus_md.study.catalogue.catalog import body
    from janus_md.study.catalogue.particle import Particle
    from janus_md.study.resolve import resolve
    from janus_md.study.statepoint import StatePoint
    from janus_md.study.sweeps.templates import load_template
    from janus_md.workspace.jobs import open_project, read_document
    from janus_md.workspace.query import folders, table


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = import_module(f"{__name__}.{_HOME[name]}")
    if name != "workflow":
        found = getattr(found, _CALLED.get(name, name))
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
