"""Facts of a paper: data in ``papers/facts/NAME.yaml``, read into typed entries."""

from __future__ import annotations

from collections.abc import Collection
from importlib import resources
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from janus_md.common.errors import JanusError
from janus_md.common.messages import unknown
from janus_md.papers.media import Medium
from janus_md.papers.quantities import QUANTITIES, WITHOUT_RUNS
from janus_md.papers.sections.aligned_dipoles import AlignedDipoles
from janus_md.papers.sections.crystal import Crystal

Text = Annotated[str, Field(min_length=1)]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Fact(_Entry):
    """One statement of a paper, and the range in which a simulation agrees with it."""

    name: Text
    """Name of the fact."""
    paper: Text
    """Statement of the paper, with its location in the paper."""
    quantity: Text
    """Quantity to measure: a key of :data:`janus_md.papers.quantities.QUANTITIES`."""
    medium: Text
    """A key of the media of the paper; ``pair``: two isolated bodies, or ``body``: one body, both
    without simulation."""
    substances: list[Text] = Field(min_length=1)
    """Keys of the substances of the paper."""
    low: float | None = None
    """Smallest value that agrees; null for no limit."""
    high: float | None = None
    """Largest value that agrees; null for no limit."""
    why: Text
    """Reason for the range, or for its absence."""
    calibrated: dict[str, Text] = {}
    """Substances for which the model was calibrated on this fact, and how."""

    @property
    def compared(self) -> bool:
        """Whether there is a range for comparison."""
        return self.low is not None or self.high is not None


class Hypothesis(_Entry):
    """A choice for one substance that the paper does not determine."""

    substance: Text
    """The substance."""
    options: dict[str, Text] = Field(min_length=2)
    """Name of each choice, and the substance that was simulated with it."""
    note: str = ""
    """Notes for readers of the comparison."""


class Excess(_Entry):
    """Mixtures of two enantiomers, analysed as a function of the enantiomeric excess."""

    enantiomers: tuple[Text, Text]
    """Particles of the catalogue; the excess may be of either one."""
    medium: Text
    """A key of the media of the paper."""


class SecondCalibration(_Entry):
    """Another model, which is compared with some facts beside the model of the paper."""

    medium: Text
    """A key of the media of the paper, with the model."""
    substance: Text
    """The substance that was simulated in it."""
    facts: list[Text] = Field(min_length=1)
    """Names of the facts."""
    calibrated: dict[Text, Text]
    """Facts on which the model was calibrated, and how."""


class Drying(_Entry):
    """Films dried at several rates, analysed as a function of the drying time."""

    sweep: Text
    """Template to run, in which the length of the stage varies."""
    stage: Text
    """Stage in which the film dries."""
    hold_ns: float = Field(gt=0.0)
    """Time after the end of this stage at which the lengths are compared (equal hold)."""
    permittivity: float = Field(gt=1.0)
    """Relative permittivity below which bonds last."""
    below_ns: float = Field(gt=0.0)
    """Time below this permittivity at which the lengths are compared (equal time)."""
    average_ns: float = Field(gt=0.0)
    """Lengths are averaged over this time before."""
    notes: list[Text] = []
    """Notes on the model, on a possible experiment and on limits."""


class Equilibrium(_Entry):
    """Two enantiomers whose equilibrium is computed, and a particle that forms long wires."""

    enantiomers: tuple[str, str]
    """Particles of the catalogue, in equal numbers."""
    alternation: float
    """Share of the bonds of the paper's chains that join the enantiomers."""
    wire: str
    """Particle of the catalogue that forms the longest wires."""
    rise: float = Field(gt=0.0)
    """Length of a wire per body in the paper, nm."""
    relative_permittivities: list[float] = Field(min_length=1)
    """Of the media; the wires are those in the lowest one."""
    volume_fractions: list[float] = Field(min_length=1)
    """Of the wires; the chains of the enantiomers are those at the first one."""


class Paper(_Entry):
    """A paper with its facts and the simulations to compare with them."""

    name: Text
    citation: Text
    sweeps: list[Text] = Field(min_length=1)
    """Templates to run."""
    quick: list[Text] = Field(min_length=1)
    """Templates of the reduced variant."""
    media: dict[str, Medium]
    """Media by name; a number is a relative permittivity."""
    substances: dict[str, dict[str, float]]
    """Number fraction of each particle in each substance."""
    model: Text = "bladed"
    """Model of the bodies, where a medium has no other one. If a paper does not state it, runs of
    all models are compared, and the default is that of pairs without simulation."""
    facts: list[Fact] = Field(min_length=1)
    choice: list[Fact] = []
    """Conditions that the model of this page has to meet; otherwise another model is chosen."""
    hypotheses: list[Hypothesis] = []
    excess: Excess | None = None
    drying: Drying | None = None
    equilibrium: Equilibrium | None = None
    """Equilibrium of the chains, by association constants."""
    bond: AlignedDipoles | None = None
    """Values of one bond, whose consistency the page examines."""
    crystal: Crystal | None = None
    """Repeats of the crystal, whose consistency with its density the page examines."""
    second_calibration: SecondCalibration | None = None
    """Model to show beside that of the paper."""
    remarks: list[Text] = []
    """Notes for readers of the table."""

    @field_validator("media", mode="before")
    @classmethod
    def _numbers_are_permittivities(cls, media: Any) -> Any:
        if not isinstance(media, dict):
            return media
        return {
            name: {"relative_permittivity": one} if isinstance(one, (int, float)) else one
            for name, one in media.items()
        }

    @property
    def model_of_runs(self) -> str | None:
        """Model that runs must have, where a medium has no other one; None for any."""
        return self.model if "model" in self.model_fields_set else None

    @model_validator(mode="after")
    def _names_are_known(self) -> Paper:
        for fact in [*self.facts, *self.choice]:
            _known("quantity", fact.quantity, QUANTITIES)
            _known("medium", fact.medium, {*WITHOUT_RUNS, *self.media})
            without_run = QUANTITIES[fact.quantity].medium
            if fact.medium != without_run and (without_run or fact.medium in WITHOUT_RUNS):
                raise ValueError(f"{fact.name}: quantity {fact.quantity} with medium {fact.medium}")
            for substance in [*fact.substances, *fact.calibrated]:
                _known("substance", substance, self.substances)
        for one in self.hypotheses:
            for substance in [one.substance, *one.options.values()]:
                _known("substance", substance, self.substances)
        if self.excess is not None:
            _known("medium", self.excess.medium, self.media)
        if self.second_calibration is not None:
            second = self.second_calibration
            _known("medium", second.medium, self.media)
            _known("substance", second.substance, self.substances)
            for name in [*second.facts, *second.calibrated]:
                _known("fact", name, {fact.name for fact in self.facts})
        return self

    def model_in(self, medium: str) -> str:
        """Return the model of the bodies in a medium."""
        return self.media[medium].model or self.model


def paper_names() -> list[str]:
    """Names of the papers in the package."""
    folder = resources.files(__package__) / "facts"
    files = (file.name for file in folder.iterdir())
    return sorted(name.removesuffix(".yaml") for name in files if name.endswith(".yaml"))


def load_paper(path_or_name: str) -> Paper:
    """Read a paper from a YAML file, or a paper of the package by its name.

    Templates named in a file are taken from its folder if they are there.

    Raises
    ------
    JanusError
        If it does not exist or is invalid.
    """
    path = Path(path_or_name)
    if path.is_file():
        paper = read_paper(path.read_text(encoding="utf-8"), path.name)
        beside: dict[str, Any] = {
            "sweeps": [_beside(path, name) for name in paper.sweeps],
            "quick": [_beside(path, name) for name in paper.quick],
        }
        if paper.drying is not None:
            sweep = _beside(path, paper.drying.sweep)
            beside["drying"] = paper.drying.model_copy(update={"sweep": sweep})
        return paper.model_copy(update=beside)
    if path_or_name not in paper_names():
        raise JanusError(unknown("paper", path_or_name, [*paper_names(), "a YAML file"]))
    file = resources.files(__package__) / "facts" / f"{path_or_name}.yaml"
    return read_paper(file.read_text(encoding="utf-8"), file.name)


def read_paper(text: str, source: str) -> Paper:
    """Read the text of a paper's file; `source` names it in messages.

    Raises
    ------
    JanusError
        If it is not YAML or is invalid.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        return Paper.model_validate(YAML(typ="safe", pure=True).load(text))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"])) or "the file"
        raise JanusError(f"paper {source}: {key}: {first['msg']}") from error
    except YAMLError as error:
        raise JanusError(f"paper {source}: {' '.join(str(error).split())}") from error


def _beside(path: Path, name: str) -> str:
    file = path.with_name(name)
    return str(file) if file.is_file() else name


def _known(what: str, name: str, allowed: Collection[str]) -> None:
    if name not in allowed:
        raise ValueError(unknown(what, name, sorted(allowed)))
