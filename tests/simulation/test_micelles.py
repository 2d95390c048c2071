"""Micelles of the two-bead amphiphile: a template's small variant, in either engine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.engines.conftest import usable

SMALL = """
fixed:
  particle: amphiphile
  n_bodies: 100
  number_density: 0.00625
  protocol: {{time_step_ps: 0.25, damping_ps: 69.6, relax_ps: 50.0, produce_ns: {length},
             frame_interval_ps: 100.0}}
  interactions: {{A-A: {{attraction: {{epsilon: {epsilon}}}}}}}
"""
KT = 2.478957


@pytest.mark.parametrize("name", ["lammps", "hoomd"])
def test_micelles_at_six_kT_and_none_at_three(janus_md, tmp_path: Path, name: str) -> None:
    """At 6 kT 98 % of the bodies are in micelles of 8.7 +- 1.8, at 3 kT 83 % are alone.

    The numbers are those of an earlier model of the same body with 216 bodies, LAMMPS, 52 ns.
    """
    usable(name)
    found = {}
    for epsilon, length in ((6.0, 15.0), (3.0, 5.0)):
        place = tmp_path / f"{epsilon:g}"
        template = tmp_path / f"{epsilon:g}.yaml"
        template.write_text(SMALL.format(epsilon=epsilon * KT, length=length))
        for command in (["init", template], ["run", "--engine", name]):
            done = janus_md(*command, "--directory", place)
            assert done.code == 0, done.err
        (job,) = (place / "workspace").iterdir()
        found[epsilon] = json.loads((job / "signac_job_document.json").read_text())["analysis"]
    single = {epsilon: one["share_single"]["mean"] for epsilon, one in found.items()}
    size = found[6.0]["mean_cluster_w"]["mean"]
    share = {epsilon: one["share_micelles"]["mean"] for epsilon, one in found.items()}
    micelle = found[6.0]["mean_micelle_n"]["mean"]
    print(f"{name}: in micelles {share}, bodies in a micelle {micelle:.2f}")
    print(f"{name}: alone {single}, bodies in a cluster by weight {size:.2f}")
    assert single[6.0] < 0.15  # a third of 15 ns; the rest is still on its way
    assert 6.0 < size < 12.0
    assert share[6.0] > 0.8
    assert 6.0 < micelle < 12.0
    assert single[3.0] > 0.65  # the control
    assert share[3.0] < 0.1
    assert found[3.0]["mean_cluster_w"]["mean"] < 2.0
