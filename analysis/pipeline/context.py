"""What an observable sees of a frame."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from janus_md.analysis.aggregates.bonds import NO_BONDS, Bonds, body_axes, projections, select_bonds
from janus_md.analysis.aggregates.bundles import Bundles, find_bundles
from janus_md.analysis.aggregates.contacts import Contacts, contacts
from janus_md.analysis.aggregates.morphology.of_frame import find_aggregates
from janus_md.analysis.aggregates.morphology.recognition import Aggregates
from janus_md.analysis.aggregates.wires import Wires, build_wires
from janus_md.analysis.frames.neighbours import (
    LARGEST_BOX,
    SMALLEST_BOX,
    IndexArray,
    Pairs,
    pairs_within,
)
from janus_md.analysis.frames.source import Frame
from janus_md.analysis.pipeline.settings import Settings
from janus_md.analysis.series.lifetimes import breaking
from janus_md.common.errors import JanusError
from janus_md.model.body import FloatArray
from janus_md.model.box import face_distances, lattice_vectors
from janus_md.model.setup import Setup


@dataclass(frozen=True)
class FrameContext:
    """A frame, and what the analysis finds in it; the latter is computed when first asked for.

    Attributes
    ----------
    frame : Frame
        The frame: bodies only, with its number, time step and time.
    settings : Settings
        How it is analysed.
    setup : Setup, optional
        What the file states of its run: bodies, interactions, temperature; None for files that
        janus-md did not write.
    """

    frame: Frame
    settings: Settings
    setup: Setup | None = None

    @property
    def positions(self) -> FloatArray:
        """Centres of the bodies, shape (N, 3), nm."""
        return self.frame.positions

    @property
    def orientations(self) -> FloatArray:
        """Quaternions (w, x, y, z) from the body frame to the laboratory's, shape (N, 4)."""
        return self.frame.orientations

    @property
    def box(self) -> FloatArray:
        """Lx, Ly, Lz (nm) and the tilt factors xy, xz, yz, shape (6,)."""
        return self.frame.box

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the kinds of body."""
        return self.frame.names

    @property
    def kinds(self) -> IndexArray:
        """Index into `names` of each body, shape (N,)."""
        return self.frame.kinds

    @cached_property
    def lattice(self) -> FloatArray:
        """Edges of the box as rows, shape (3, 3), nm."""
        return lattice_vectors(self.frame.box)

    @cached_property
    def axes(self) -> FloatArray:
        """Directions of the dipoles, unit vectors, shape (N, 3)."""
        return body_axes(self.frame.orientations, self.settings.axis)

    @cached_property
    def pairs(self) -> Pairs:
        """All pairs of centres closer than :attr:`Settings.cutoff`.

        Raises
        ------
        JanusError
            If the box is too small or too large for that, or the bodies are too crowded.
        """
        cutoff, box = self.settings.cutoff, self.frame.box
        distances, where = face_distances(self.lattice), f"frame {self.frame.index}:"
        smallest, largest = SMALLEST_BOX * cutoff, LARGEST_BOX * cutoff
        if distances.max() > largest:
            raise JanusError(
                f"{where} the box {box.tolist()} is too large; opposite faces must be at most "
                f"{largest:g} apart to look {cutoff:g} far"
            )
        if distances.min() < smallest:
            raise JanusError(
                f"{where} the box {box[:3].tolist()} nm is too small; opposite faces must be at "
                f"least {smallest:g} nm apart to look {cutoff:g} nm far"
            )
        return pairs_within(self.frame.positions, box, cutoff)

    @cached_property
    def projections(self) -> FloatArray:
        """Components of the dipoles along the vectors of the pairs, shape (2, P), nm."""
        return projections(self.pairs, self.axes)

    @cached_property
    def bonds(self) -> Bonds:
        """Head-to-tail bonds; none where no wires are looked for."""
        if not self.settings.wires:
            return NO_BONDS
        return select_bonds(self.pairs, self.projections, self.settings.criterion)

    @cached_property
    def unbroken(self) -> Bonds:
        """Bonds by the criterion for breaking, which is wider than that for new bonds."""
        if not self.settings.wires:
            return NO_BONDS
        return select_bonds(self.pairs, self.projections, breaking(self.settings.criterion))

    @cached_property
    def wires(self) -> Wires:
        """Wires: the sets of bonded bodies."""
        return build_wires(len(self.axes), self.bonds, self.lattice)

    @cached_property
    def bundles(self) -> Bundles:
        """Wires that lie side by side."""
        return find_bundles(
            self.pairs, self.projections, self.axes, self.wires, self.settings.side_contact
        )

    @cached_property
    def contacts(self) -> Contacts | None:
        """Sites that join bodies to clusters; None where clusters are not defined."""
        criterion = self.settings.clusters
        return None if criterion is None else contacts(self, criterion)

    @cached_property
    def aggregates(self) -> Aggregates | None:
        """Aggregates of the bodies with such sites; None where clusters are not defined."""
        return find_aggregates(self)

    @cached_property
    def names_present(self) -> frozenset[str]:
        """Names of the kinds that the frame has bodies of."""
        return frozenset(self.names[kind] for kind in np.unique(self.kinds))
