"""What the fork server imports before it forks workers: all but the engines.

An engine may start threads or look at GPUs when it is imported, and neither survives a fork.
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
import janus_md.engines.hoomd.engine
import janus_md.engines.lammps.engine
import janus_md.model.pairs.energy
import janus_md.running.operations
import janus_md.workspace.query
from janus_md.cli import analyze as files
from janus_md.cli import information, reproduce, run, status, workspaces
from janus_md.cli import submit as submission

__all__ = [
    "files", "freud", "gsd", "information", "janus_md", "pandas", "pyarrow", "reproduce", "ruamel",
    "run", "scipy", "signac", "status", "submission", "workspaces",
]  # fmt: skip
