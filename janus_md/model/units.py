"""Units: nm, kJ/mol, amu (g/mol), hence ps; charge in e; angles in radians unless a name says deg.

Both engines use the same numbers: HOOMD-blue has no units of its own, and LAMMPS runs with
``units lj``. Charges are multiplied by :func:`charge_scale`, so that two charges interact as
``q1 q2 / r``.
"""

import math

BOLTZMANN = 0.00831446262
"""Molar gas constant in kJ/mol/K (CODATA 2018, rounded)."""

COULOMB = 138.935458
"""1 / (4 pi eps0) in kJ/mol nm / e^2."""

VOLT_PER_NM = 96.4853321
"""Force on 1 e in a field of 1 V/nm, kJ/mol/nm (Faraday constant, CODATA 2018)."""

GRAM_PER_CM3 = 602.214076
"""A density of 1 g/cm^3 in amu/nm^3."""

MILLINEWTON_PER_M = 0.602214076
"""An interfacial tension of 1 mN/m in kJ/mol/nm^2."""

DEBYE = 0.0208194
"""One debye in e nm."""

BOHR_MAGNETON = 1.930797e-4
"""One Bohr magneton over the speed of light, in e nm (CODATA 2018).

Dipoles of this size interact like magnetic moments of one Bohr magneton in vacuum."""

TESLA = 0.299792458
"""One tesla times the speed of light, V/nm."""

KG_PER_S = 6.02214e14
"""One kg/s (the SI unit of a friction coefficient) in amu/ps."""

PS_PER_NS = 1000.0
"""Picoseconds in a nanosecond."""


def thermal_energy(temperature: float) -> float:
    """kT in kJ/mol at `temperature` in kelvin."""
    return BOLTZMANN * temperature


def charge_scale(relative_permittivity: float) -> float:
    """Factor from a charge in e to one in sqrt(kJ/mol nm), including screening by the medium."""
    return math.sqrt(COULOMB / relative_permittivity)


def stokes_friction(viscosity: float, radius: float) -> tuple[float, float]:
    """Friction of a sphere with a stick boundary (Stokes 1851).

    Parameters
    ----------
    viscosity : float
        Solvent viscosity in mPa s.
    radius : float
        Hydrodynamic radius in nm.

    Returns
    -------
    gamma : float
        ``6 pi eta R`` in amu/ps.
    gamma_r : float
        ``8 pi eta R^3`` in amu nm^2/ps.
    """
    eta = viscosity * 1e-3 * 1e-9 * KG_PER_S  # Pa s = kg/m/s, per nm of length
    return 6.0 * math.pi * eta * radius, 8.0 * math.pi * eta * radius**3


def coupling_parameter(
    dipole: float, distance: float, relative_permittivity: float, temperature: float
) -> float:
    """Dipolar coupling ``lambda = mu^2 / (4 pi eps0 eps_r d^3 kT)`` of point dipoles.

    `dipole` in debye, `distance` in nm, `temperature` in K.
    """
    energy = COULOMB * (dipole * DEBYE) ** 2 / relative_permittivity / distance**3
    return energy / thermal_energy(temperature)
