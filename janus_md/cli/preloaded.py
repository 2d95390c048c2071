"""Modules that the fork server imports before it forks workers: all except the engines.

What all workers read from disk, the entry points and the code of this package, is read here too.

An engine may start threads or use a GPU when it is imported, and neither survives a fork.
"""

from __future__ import annotations

import freud
import gsd.hoomd
import pandas
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
import janus_md.running.operations
import janus_md.workspace.query
from janus_md.analysis.pipeline import journal
from janus_md.common import registry

__all__ = ["freud", "gsd", "janus_md", "pandas", "pyarrow", "ruamel", "scipy", "signac"]

registry.all_entry_points()
journal.code()
