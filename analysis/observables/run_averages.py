"""Averages that are computed from the log or from several frames.

They are computed by :mod:`janus_md.analysis.series.thermolog`,
:mod:`janus_md.analysis.series.chains`,
:mod:`janus_md.analysis.order.spatial`, :mod:`janus_md.analysis.series.lifetimes` and
:mod:`janus_md.analysis.series.diffusion`.
"""

from __future__ import annotations

from janus_md.common.observables import Column, Observable

OBSERVABLE = Observable(
    (
        Column(
            "energy_kj_mol",
            "potential energy per body",
            "kJ/mol",
            averaged=True,
            heading=("energy", "of a body / kJ/mol"),
            narrow=("energy", "/ kJ/mol"),
            source="janus_md.analysis.series.thermolog",
        ),
        Column(
            "susceptibility",
            "initial susceptibility, from the fluctuations of the dipole of the box",
            averaged=True,
            source="janus_md.analysis.series.susceptibility",
        ),
        Column(
            "q6",
            "Steinhardt's q6 over 12 neighbours: 0.575 in a face-centred cubic crystal, about "
            "0.29 for random positions",
            averaged=True,
            source="Steinhardt, Nelson and Ronchetti, Phys. Rev. B 28, 784 (1983)",
        ),
        Column(
            "local_density",
            "number density of bodies within 3 nm of a body",
            "1/nm³",
            averaged=True,
            source="janus_md.analysis.order.structure",
        ),
        Column(
            "small_angle_slope",
            "slope of ln S(q) against ln q between 0.4 and 1.6 nm⁻¹; -1 for a dilute system of "
            "rods",
            averaged=True,
            source="janus_md.analysis.order.scattering",
        ),
        Column(
            "persistence_nm",
            "persistence length of the wires, -b / ln c, with the averages b of mean_bond_nm and c "
            "of bond_cosine; null if c is not between 0 and 1",
            "nm",
            averaged=True,
            heading=("persistence", "length / nm"),
            narrow=("persist.", "/ nm"),
            in_query=True,
            source="Kratky and Porod (1949)",
        ),
        Column(
            "bond_lifetime",
            "mean lifetime of a bond (in steps if the file does not contain the time step); null "
            "if the steps of the frames do not increase",
            "ns",
            averaged=True,
            source="janus_md.analysis.series.lifetimes",
        ),
        Column(
            "diffusion_nm2_ns",
            "diffusion coefficient of the bodies, from the growth of their mean squared "
            "displacement; null where the file states no times",
            "nm²/ns",
            averaged=True,
            source="janus_md.analysis.series.diffusion",
        ),
    ),
    None,
    place=90,
)
