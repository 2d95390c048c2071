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

import janus_md.analysis.observer
import janus_md.analysis.pipeline
import janus_md.analysis.susceptibility
import janus_md.analysis.thermolog
import janus_md.engines.hoomd
import janus_md.engines.lammps
import janus_md.operations
import janus_md.pair_energy
import janus_md.query
from janus_md.commands import files, information, reproduce, run, status, submission, workspaces

__all__ = [
    "files", "freud", "gsd", "information", "janus_md", "pandas", "pyarrow", "reproduce", "ruamel",
    "run", "scipy", "signac", "status", "submission", "workspaces",
]  # fmt: skip
