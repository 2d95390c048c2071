"""The Coulomb interaction of neutral bodies with a finite range.

Two charges at the distance d interact as::

    u(d) = 1/d + (5/4) d^2 / R^3 - (3/8) d^4 / R^5,    u'(R) = u''(R) = 0,

where R is the range. This is the short-range part of the multilevel summation method with the
Taylor splitting of continuity C2 (Hardy, Stone and Schulten, Parallel Comput. 35, 164, 2009), apart
from the constant u(R) = 15 / (8 R), which cancels between neutral bodies.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from janus_md.common.arrays import FloatArray

Between = Literal["sites", "bodies"]
"""What the range limits: the distance of charge sites, or that of the centres of bodies."""


@dataclass(frozen=True)
class CoulombCutoff:
    """A cutoff of the Coulomb interaction.

    Attributes
    ----------
    range : float
        R, nm.
    between : str
        ``sites``: two charge sites interact by u(d) - u(R) up to the distance R. ``bodies``: all
        sites of two bodies interact by u(d) if the centres are closer than R, however far apart the
        sites are. Both energies of neutral bodies are equal, except for pairs at the range.
    """

    range: float
    between: Between = "sites"

    def terms(self, r2: FloatArray, centres2: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return energy and force over distance of two unit charges; 0 beyond the range.

        Parameters
        ----------
        r2 : ndarray, shape (M, A, B)
            Squared distances of the sites, nm^2.
        centres2 : ndarray, shape (M,)
            Squared distances of the centres of their bodies, nm^2.

        Returns
        -------
        energy, force_over_distance : ndarray, shape (M, A, B)
            1/nm and 1/nm^3.
        """
        energy, force_over_distance = smooth_coulomb(np.sqrt(r2), self.range)
        if self.between == "sites":
            within, energy = r2 < self.range**2, energy - energy_at_range(self.range)
        else:
            within = np.broadcast_to(centres2[:, None, None] < self.range**2, r2.shape)
        return within * energy, within * force_over_distance


def smooth_coulomb(distance: ArrayLike, reach: float) -> tuple[FloatArray, FloatArray]:
    """Return u(d) and -u'(d)/d of two unit charges.

    Parameters
    ----------
    distance : array_like
        Distances d of the charges, nm; not cut off.
    reach : float
        The range R, nm.

    Returns
    -------
    energy : ndarray
        u(d), 1/nm.
    force_over_distance : ndarray
        -u'(d)/d, 1/nm^3; positive where equal charges repel.
    """
    d = np.asarray(distance, float)
    x2 = (d / reach) ** 2
    energy = 1.0 / d + (1.25 - 0.375 * x2) * x2 / reach
    return energy, 1.0 / d**3 - (2.5 - 1.5 * x2) / reach**3


def energy_at_range(reach: float) -> float:
    """Return u(R) of two unit charges, 1/nm."""
    return 1.875 / reach
