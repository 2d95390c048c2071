"""Lengths that the analysis has in nm, and files in another unit."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from janus_md.analysis.pipeline.pipeline import analyze_file
from janus_md.analysis.pipeline.settings import Settings
from janus_md.model.body import BondCriterion
from tests.analysis.worlds import described, gsd_frame, quaternions_along, write_gsd
from tests.conftest import environment


def test_file_in_another_unit_is_fast(tmp_path):
    """1000 bodies in a box of edge 1; side contacts were looked for out to 2.9."""
    rng = np.random.default_rng(1)
    x = rng.uniform(-0.5, 0.5, (1000, 3))
    q = quaternions_along(rng.normal(size=(1000, 3)))
    small = write_gsd(tmp_path / "small.gsd", [gsd_frame(x, q, [1.0] * 3 + [0.0] * 3)])
    scale = 2.05 / 0.06
    large = write_gsd(tmp_path / "large.gsd", [gsd_frame(scale * x, q, [scale] * 3 + [0.0] * 3)])
    command = [
        sys.executable,
        "-m",
        "janus_md.cli",
        "analyze",
        str(small),
        "-o",
        str(tmp_path / "a"),
    ]
    code = (
        "import resource, sys; from janus_md.cli.app import main\n"
        f"sys.argv = {['janus-md', *command[3:], '--distance', '0.06', '-j', '1']!r}\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code, end\n"
        "used = resource.getrusage(resource.RUSAGE_SELF)\n"
        # the peak of ru_maxrss includes that of the process that started this one
        "peak = open('/proc/self/status').read().split('VmHWM:')[1].split()[0]\n"
        "assert int(peak) < 1 << 20, peak  # KiB\n"
        "assert used.ru_utime + used.ru_stime < 30, used"
    )
    subprocess.run([sys.executable, "-c", code], env=environment(), check=True, cwd=tmp_path)
    # What is measured scales with the file's unit, and numbers without one are the same.
    analyze_file(large, tmp_path / "b")
    a, b = (pd.read_parquet(tmp_path / name / "frames.parquet").iloc[0] for name in "ab")
    for name in a.index:
        factor = scale if name.endswith("_nm") else 1.0
        assert b[name] == pytest.approx(factor * a[name], rel=1e-5, nan_ok=True), name
    assert a["n_side_contacts"] > 50
    for name, along, across in (("rdf", "r_nm", "g"), ("scattering", "q_per_nm", "s")):
        a, b = (pd.read_parquet(tmp_path / folder / f"{name}.parquet") for folder in "ab")
        factor = scale if name == "rdf" else 1.0 / scale
        np.testing.assert_allclose(factor * a[along], b[along], rtol=1e-6)
        np.testing.assert_allclose(a[across], b[across], rtol=1e-3, atol=2e-2)


def test_lengths_are_in_nm_for_own_files():
    """A bond distance that is asked for changes bonds, not how far side contacts are looked for."""
    ours = described({"A": "R"})
    assert Settings.of(BondCriterion(1.0, 35.0), ours).side_contact == 2.9
    assert Settings.of(BondCriterion(2.05, 35.0), None).side_contact == 2.9
    assert Settings.of(BondCriterion(1.025, 35.0), None).side_contact == pytest.approx(1.45)
