"""Modules that the fork server imports before it forks workers: all except the engines.

They include the built-in components of all registries that jobs use. What all workers read from
disk, the entry points and the code of this package, is read here too.

An engine may start threads or use a GPU when it is imported, and neither survives a fork.
"""

from __future__ import annotations

import gsd.hoomd
import pandas
import platformdirs
import pyarrow.dataset
import pyarrow.parquet
import ruamel.yaml
import scipy.optimize
import scipy.sparse.csgraph
import signac

import janus_md.analysis.pipeline.observer
import janus_md.analysis.pipeline.pipeline
import janus_md.analysis.series.susceptibility
import janus_md.analysis.series.thermolog
import janus_md.cli.app
import janus_md.engines.hoomd.engine
import janus_md.engines.lammps.engine
import janus_md.model.pairs.energy
import janus_md.model.pairs.minima
import janus_md.running.operations
import janus_md.workspace.query
from janus_md.analysis.pipeline import journal
from janus_md.common import registry
from janus_md.common.imports import import_freud
from janus_md.common.observables import OBSERVABLES
from janus_md.engines.capabilities import functions
from janus_md.model.environment import FIELDS
from janus_md.model.interactions.term import TERMS
from janus_md.model.nanocluster import MODELS
from janus_md.model.shape import SHAPES

__all__ = [
    "gsd", "janus_md", "pandas", "platformdirs", "pyarrow", "ruamel", "scipy", "signac",
]  # fmt: skip

import_freud()
registry.all_entry_points()
for components in (OBSERVABLES, TERMS, FIELDS, MODELS, SHAPES):
    components.import_built_in()
for engine in ("hoomd", "lammps"):
    functions(engine, "terms").import_built_in()
    functions(engine, "fields").import_built_in()
journal.code()
