"""A particle defined by its beads, which are listed one by one or given by a shape."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import (
    Field,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
    model_validator,
)

from janus_md.common.errors import JanusError
from janus_md.common.settings import NotNegative, Positive, Settings
from janus_md.model.beads import NO_VOLUME, body_of_beads
from janus_md.model.body import BondCriterion, RigidBody
from janus_md.model.shape import SHAPES, Layout
from janus_md.model.solid import union
from janus_md.model.units import BOHR_MAGNETON
from janus_md.study.catalogue.particle_files import check_name
from janus_md.study.registered_settings import read_settings, settings_and_faults
from janus_md.study.statepoint_errors import WrongValue

TEXTS = ("composition", "classes", "morphology", "size", "sources")
"""Keys that do not affect the physics."""

_KIND = r"^[A-Za-z]\w*$"


_built: dict[str, RigidBody] = {}


class BeadSettings(Settings):
    """A bead."""

    kind: Annotated[str, Field(pattern=_KIND)]
    """Kind of the bead, one of `kinds`."""
    at: Annotated[list[float], Field(min_length=3, max_length=3)]
    """Position of the bead, nm, in any frame: centre and axes are computed."""


class KindSettings(Settings):
    """A kind of bead."""

    diameter: NotNegative | None = None
    """Diameter, nm; 0 for a site without volume. Not allowed with a shape, which sets it."""
    charge: float = 0.0
    """Charge, e."""
    magnetic_charge: float = 0.0
    """Magnetic charge, Bohr magnetons per nm: two opposite ones have a moment of their size times
    their distance. A particle has electric or magnetic charges."""

    @model_serializer(mode="wrap")
    def _without_neutral(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        found: dict[str, Any] = plain(self)
        if not self.magnetic_charge:
            del found["magnetic_charge"]
        return found


class BondSettings(Settings):
    """Head-to-tail bond, for wires."""

    distance: Positive
    """Largest distance of the centres, nm."""
    angle: Annotated[float, Field(gt=0, lt=90)]
    """Largest angle of either axis to the bond, degrees."""


class BeadParticle(Settings):
    """A rigid body of beads."""

    name: str
    """Name; also the type of the central particle."""
    beads: list[BeadSettings] | None = None
    """Beads; null where `shape` is given."""
    shape: dict[str, Any] | None = None
    """Shape: its name under `kind`, and its numbers; null where `beads` are given."""
    kinds: dict[Annotated[str, Field(pattern=_KIND)], KindSettings] = Field(default_factory=dict)
    """Diameter and charge by kind."""
    mass: Positive
    """Mass, g/mol; the density is uniform in the union of the beads."""
    interactions: dict[str, dict[str, dict[str, Any]]] = Field(default_factory=dict)
    """Pair terms by pair of kinds, such as `A-A: {attraction: {epsilon: 12}}`. Beads with volume
    repel each other by default, unless a term has a repulsive core."""
    hydrodynamic_radius: Positive | None = None
    """Radius of the sphere with the same Stokes friction, nm; null: radius of the sphere with the
    volume of the union."""
    bond: BondSettings | None = None
    """Head-to-tail bond; null: 1.25 lengths along the axis and 35 degrees."""
    symmetry: Annotated[int, Field(ge=0, le=360)] | None = None
    """n of the n-fold symmetry about the axis, 0 for a body of revolution; null: found from the
    beads."""
    enantiomer: Literal["R", "S", ""] = ""
    """Hand; empty if there is none."""
    composition: str = ""
    """Chemical composition."""
    classes: list[str] = Field(default_factory=list)
    """Classes such as organic, inorganic, hybrid, patchy or compartment."""
    morphology: str = ""
    """Morphology, such as dumbbell."""
    size: str = ""
    """Size with its source, or `assumed`."""
    sources: dict[str, str] = Field(default_factory=dict)
    """Sources of the values."""

    @field_validator("name")
    @classmethod
    def _name(cls, name: str) -> str:
        return check_name(name)

    @model_validator(mode="after")
    def _whole(self) -> BeadParticle:
        from janus_md.study.interactions import term_objections

        wrong = [*self._about_beads()]
        wrong += term_objections(self.interactions) if wrong else self._about_interactions()
        if wrong:
            raise WrongValue(wrong[0].partition(":")[0], "\n".join(wrong))
        return self

    def _about_beads(self) -> list[str]:
        """Faults of beads, shape and kinds."""
        if (self.beads is None) == (self.shape is None):
            given = "neither" if self.beads is None else "both"
            return [f"beads: {given} of beads and shape is given; exactly one must be"]
        try:
            layout = self.layout()
        except WrongValue as error:
            return error.text.split("\n")
        if self.beads is None:
            strange = sorted(self.kinds.keys() - layout.diameters.keys())
            allowed = ", ".join(layout.diameters)
            return [f"kinds.{k}: is not a kind of the shape, which has {allowed}" for k in strange]
        if any(x.charge for x in self.kinds.values()) and self.magnetic():
            return ["kinds: both electric and magnetic charges are given; only one may be"]
        used = {kind for kind, _ in layout.beads}
        return [f"kinds.{k}: no bead is of this kind" for k in sorted(self.kinds.keys() - used)]

    def _about_interactions(self) -> list[str]:
        from janus_md.study.interactions import objections

        layout = self.layout()
        if not any(layout.diameters[kind] > 0.0 for kind, _ in layout.beads):
            return [f"kinds: {NO_VOLUME}"]
        return objections(self.name, layout.diameters, self.interactions)

    def layout(self) -> Layout:
        """Return beads and diameters, taken from the shape if there is one.

        Raises
        ------
        WrongValue
            If they are inconsistent; lists all faults, one per line.
        """
        if self.beads is not None:
            wrong = []
            for k, bead in enumerate(self.beads):
                if bead.kind not in self.kinds:
                    allowed = ", ".join(self.kinds) or "none: kinds is missing"
                    wrong.append(
                        f"beads.{k}.kind: {bead.kind!r} is not allowed; kinds has {allowed}"
                    )
            wrong += [
                f"kinds.{kind}.diameter: is missing; it must be given"
                for kind, one in self.kinds.items()
                if one.diameter is None
            ]
            if not self.beads:
                wrong.append("beads: is empty; it must have at least one bead")
            wrong += self._twice()
            if wrong:
                raise WrongValue("beads", "\n".join(wrong))
            diameters = {kind: float(one.diameter or 0.0) for kind, one in self.kinds.items()}
            places = [(float(x), float(y), float(z)) for x, y, z in (b.at for b in self.beads)]
            kinds = [bead.kind for bead in self.beads]
            return Layout(tuple(zip(kinds, places, strict=True)), diameters)
        stated = dict(self.shape or {})
        name = str(stated.pop("kind", ""))
        settings, faults = settings_and_faults("shape", SHAPES, name, stated)
        if settings is None:
            raise WrongValue("shape", "\n".join(faults))
        try:
            found = SHAPES.get(name).layout(settings)
        except ValueError as error:
            text = f"shape.{error}"
            raise WrongValue(text.partition(":")[0], text) from error
        if wrong := [
            f"kinds.{kind}.diameter: {one.diameter:g} is not allowed; the shape gives it"
            for kind, one in self.kinds.items()
            if one.diameter is not None and kind in found.diameters
        ]:
            raise WrongValue("kinds", "\n".join(wrong))
        return found

    def _twice(self) -> list[str]:
        """Faults of beads that coincide with another one of their kind."""
        first: dict[tuple[Any, ...], int] = {}
        wrong = []
        for k, bead in enumerate(self.beads or []):
            before = first.setdefault((bead.kind, *bead.at), k)
            if before != k:
                told = f"beads.{k}.at: {bead.at} is not allowed"
                wrong.append(f"{told}; beads.{before} of the same kind is there")
        return wrong

    def build(self, model: str | None) -> RigidBody:
        """Return the rigid body; equal particles give the same object.

        Raises
        ------
        JanusError
            If a model is given.
        """
        if model is not None:
            raise JanusError(
                f"model: {model!r} is not allowed; {self.name} brings its own beads, so it must be "
                "null"
            )
        digest = self.digest()
        if digest not in _built:
            body = self.complete().body()
            for array in (body.positions, body.charges, body.inertia):
                array.flags.writeable = False
            _built[digest] = body
        return _built[digest]

    def body(self) -> RigidBody:
        """Return the rigid body.

        Raises
        ------
        ValueError
            If no bead has a volume.
        """
        layout = self.layout()
        bond = None if self.bond is None else BondCriterion(self.bond.distance, self.bond.angle)
        return body_of_beads(
            self.name,
            layout.beads,
            layout.diameters,
            {
                kind: one.charge or one.magnetic_charge * BOHR_MAGNETON
                for kind, one in self.kinds.items()
            },
            self.mass,
            hydrodynamic_radius=self.hydrodynamic_radius,
            bond=bond,
            symmetry=self.symmetry,
            enantiomer=self.enantiomer,
            magnetic=self.magnetic(),
        )

    def magnetic(self) -> bool:
        """Return whether the particle has magnetic charges."""
        return any(one.magnetic_charge for one in self.kinds.values())

    def centre(self) -> list[float]:
        """Return the centre of mass in the frame of the beads, nm."""
        layout = self.layout()
        wide = [(at, layout.diameters[kind]) for kind, at in layout.beads]
        centres = [at for at, diameter in wide if diameter > 0]
        found = union(centres, [0.5 * diameter for _, diameter in wide if diameter > 0]).centre
        return [round(x, 9) + 0.0 for x in found.tolist()]

    def complete(self) -> BeadParticle:
        """Return the particle with all values that its file omits.

        These are the beads of its shape, all settings of its terms, radius, bond and symmetry. The
        copy in a workspace is then independent of later versions of the code.
        """
        return _complete(self.model_dump_json())

    def _filled(self) -> BeadParticle:
        from janus_md.model.interactions.term import TERMS

        layout = self.layout()
        terms = {
            "-".join(sorted(pair.split("-"))): {
                name: read_settings(f"interactions.{pair}.{name}", TERMS, name, one).stored()
                for name, one in of_pair.items()
            }
            for pair, of_pair in self.interactions.items()
        }
        kinds = {
            kind: self.kinds.get(kind, KindSettings()).model_copy(update={"diameter": diameter})
            for kind, diameter in layout.diameters.items()
        }
        # rounded, so that the digest does not depend on the processor's rounding of sines
        beads = [
            BeadSettings(kind=kind, at=[round(x, 9) + 0.0 for x in at]) for kind, at in layout.beads
        ]
        changed = {"beads": beads, "shape": None, "kinds": kinds, "interactions": terms}
        found = self.model_copy(update=changed)
        body = found.body()
        bond = BondSettings(distance=float(f"{body.bond.distance:.4g}"), angle=body.bond.angle)
        derived = {
            "hydrodynamic_radius": float(f"{body.hydrodynamic_radius:.9g}"),
            "bond": self.bond or bond,
            "symmetry": body.symmetry,
        }
        return found.model_copy(update=derived)

    def digest(self) -> str:
        """Return a digest of all values that affect the physics: twelve hexadecimal digits.

        A shape and a list of the same beads have the same digest. Texts are not included.
        """
        physics = self.complete().model_dump(mode="json", exclude={*TEXTS})
        text = json.dumps(physics, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:12]


@lru_cache(maxsize=256)
def _complete(text: str) -> BeadParticle:
    return BeadParticle.model_validate_json(text)._filled()
