"""Dielectric response of a dipolar fluid from the fluctuations of the total dipole.

For conducting boundary conditions, as in the Ewald sums of the engines, and the dipole M of the
box,

    chi = 4 pi C <M^2> / (3 V kT),  C = 1 / (4 pi eps0 eps_r)

(Neumann, Mol. Phys. 50, 841, 1983; without a field, <M> is 0 by symmetry). The permittivity of the
fluid is eps_r (1 + chi), where eps_r is the permittivity of the medium between the bodies.
"""

from __future__ import annotations

import math

import numpy as np

from janus_md.analysis.series.averages import mean_and_error
from janus_md.model.body import FloatArray
from janus_md.model.units import COULOMB, DEBYE


def susceptibility(
    box_dipoles: FloatArray, volume: float, kT: float, relative_permittivity: float = 1.0
) -> dict[str, float | None]:
    """Return the initial susceptibility of a run.

    Parameters
    ----------
    box_dipoles : ndarray, shape (T, 3)
        Dipole of the box at equal time intervals, debye.
    volume : float
        Volume of the box, nm^3.
    kT : float
        Thermal energy, kJ/mol.
    relative_permittivity : float
        Relative permittivity of the medium between the bodies.

    Returns
    -------
    dict
        ``mean`` and ``error`` (standard error, corrected for time correlation), dimensionless.
    """
    squares = np.sum(np.asarray(box_dipoles, float) ** 2, axis=1)
    factor = 4.0 * math.pi * COULOMB * DEBYE**2 / (3.0 * volume * kT * relative_permittivity)
    return mean_and_error(factor * squares)


def langevin_susceptibility(density: float, coupling: float) -> float:
    """Return the susceptibility of non-interacting dipoles, ``4 pi rho lambda d^3 / 3``.

    Parameters
    ----------
    density : float
        Number of dipoles per d^3.
    coupling : float
        Dipolar coupling, ``lambda = mu^2 / (4 pi eps0 eps_r d^3 kT)``.
    """
    return 4.0 * math.pi * density * coupling / 3.0


def mean_field_susceptibility(langevin: float) -> float:
    """Return the second-order modified mean field, ``chi_L (1 + chi_L / 3 + chi_L^2 / 144)``.

    Ivanov and Kuznetsova, Phys. Rev. E 64, 041405 (2001). Valid if the dipolar energy of a pair is
    at most comparable with kT. Chain formation, which the theory neglects, increases chi.
    """
    return langevin * (1.0 + langevin / 3.0 + langevin**2 / 144.0)
