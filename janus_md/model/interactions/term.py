"""What a pair term is, and the registry of all of them.

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
    """Two beads between which a term acts, and what is around them.

    Attributes
    ----------
    diameters : tuple of 2 floats
        nm; 0 for a site without volume.
    relative_permittivity : float or None
        Of the medium; None where the state point gives none.
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

    A particle file or a state point states its `settings`; :meth:`parameters` makes of them the
    numbers that engines see. Energies are not shifted here. NumPy, HOOMD-blue and LAMMPS
    shift them to 0 at the parameter ``cutoff``.
    """

    settings: type[Settings]
    """What a user states."""
    form: str = ""
    """Name of the term whose energy this one has with other parameters; empty: its own."""
    core: bool = False
    """Whether it keeps beads apart, so that the default repulsion is not added."""

    @abstractmethod
    def parameters(self, given: Any, beads: Beads) -> dict[str, float]:
        """Return the parameters between two beads.

        Parameters
        ----------
        given : Settings
            What the user states, an instance of `settings`.
        beads : Beads
            The two beads.

        Returns
        -------
        dict of str to float
            In nm, kJ/mol and e; ``cutoff`` (nm) among them.

        Raises
        ------
        ValueError
            Where the term cannot act between these beads; says why, as the end of a sentence.
        """

    def energy(self, r2: FloatArray, **parameters: FloatArray) -> FloatArray:
        """Energy at squared distances, not shifted.

        Parameters
        ----------
        r2 : ndarray
            Squared distances, nm^2.
        **parameters : ndarray
            Of the term, broadcast against `r2`.

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
        """Distance that beads keep where bodies are placed at random, nm; 0 where none is kept."""
        del parameters
        return 0.0


TERMS: Registry[PairTerm] = Registry(
    "pair term", "janus_md.terms", "TERM", "janus_md.model.interactions.terms"
)
"""All pair terms."""
