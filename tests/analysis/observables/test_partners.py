"""Bound partners of structures that are known: a key in a lock, snowmen on a core."""

from __future__ import annotations

import numpy as np
import pytest
import rowan

from janus_md.analysis.observables import partners
from janus_md.common.errors import JanusError
from janus_md.study.catalogue.catalog import body
