"""Pair terms and their registry.

A term is one file, ``terms/NAME.py``, with an object ``TERM``, and one function for each engine
that can compute it (``engines/hoomd/terms/NAME.py``, ``engines/lammps/terms/NAME.py``). See
``docs/add_a_term.md``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

from janus_md.common.registry import Registry
from janus_md.common.settings import Settings
from janus_md.model.body import FloatArray


@dataclass(frozen=True)
class Beads:
    """Two beads between which a term acts, with medium and temperature.

    Attributes
    ----------
    diameters : tuple of 2 floats
        nm; 0 for a site without volume.
    relative_permittivity : float or None
        Relative permittivity of the medium; None if the state point does not state it.
    kT : float
        Thermal energy, kJ/mol.
    """

    diameters: tuple[float, float]
    relative_permittivity: float | None
    kT: float

    @property
    def sigma(self) -> float:
        """Mean of the two diameters, nm."""
        return 0.5 * (self.diameters[0] + self.diameters[1])


class PairTerm(ABC):
    """A term of the pair energy of two beads.

    A particle file or a state point states the `settings`. :meth:`parameters` converts them to the
    parameters used by the engines. Energies are not shifted here; NumPy, HOOMD-blue and LAMMPS
    shift them to 0 at the parameter ``cutoff``.
    """

    settings: type[Settings]
    """Settings stated by the user."""
    form: str = ""
    """Name of the term whose functional form this one uses; empty for a form of its own."""
    core: bool = False
    """Whether the term has a repulsive core, which replaces the default repulsion."""
    acts: bool = True
    """Whether beads interact at all; a term that does not act is the only one of its pair."""

    @abstractmethod
    def parameters(self, given: Any, beads: Beads) -> dict[str, float]:
        """Return the parameters between two beads.

        Parameters
        ----------
        given : Settings
            Settings stated by the user, an instance of `settings`.
        beads : Beads
            The two beads.

        Returns
        -------
        dict of str to float
            Parameters in nm, kJ/mol and e, including ``cutoff`` (nm).

        Raises
        ------
        ValueError
            If the term cannot act between these beads; the reason is the end of a sentence.
        """

    def energy(self, r2: FloatArray, **parameters: FloatArray) -> FloatArray:
        """Energy at squared distances, not shifted.

        Parameters
        ----------
        r2 : ndarray
            Squared distances, nm^2.
            **parameters : ndarray
            Parameters of the term, broadcast against `r2`.

        Returns
        -------
        ndarray
            kJ/mol.
        """
        raise NotImplementedError

    def force_over_distance(self, r2: FloatArray, **parameters: FloatArray) -> FloatArray:
        """Force over distance, kJ/mol/nm^2: positive where beads repel; arguments as `energy`."""
        raise NotImplementedError

    def contact(self, **parameters: float) -> float:
        """Smallest distance of beads when bodies are placed at random, nm; 0 for no limit."""
        del parameters
        return 0.0


TERMS: Registry[PairTerm] = Registry(
    "pair term", "janus_md.terms", "TERM", "janus_md.model.interactions.terms"
)
"""All pair terms."""
