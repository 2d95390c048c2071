"""Facts of a paper: data in ``papers/facts/NAME.yaml``, read into typed entries."""

from __future__ import annotations

from collections.abc import Collection
from importlib import resources
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from janus_md.common.errors import JanusError
from janus_md.common.messages import unknown
from janus_md.papers.aligned_dipoles import AlignedDipoles
from janus_md.papers.quantities import PAIR, QUANTITIES

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
    """A key of the media of the paper, or ``pair``: two isolated bodies, without simulation."""
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
    media: dict[str, float]
    """Relative permittivity of each medium."""
    substances: dict[str, dict[str, float]]
    """Number fraction of each particle in each substance."""
    model: Text = "bladed"
    """Model of the bodies in pairs that are computed without simulation."""
    facts: list[Fact] = Field(min_length=1)
    hypotheses: list[Hypothesis] = []
    excess: Excess | None = None
    equilibrium: Equilibrium | None = None
    """Equilibrium of the chains, by association constants."""
    bond: AlignedDipoles | None = None
    """Values of one bond, whose consistency the page examines."""
    remarks: list[Text] = []
    """Notes for readers of the table."""

    @model_validator(mode="after")
    def _names_are_known(self) -> Paper:
        for fact in self.facts:
            _known("quantity", fact.quantity, QUANTITIES)
            _known("medium", fact.medium, {PAIR, *self.media})
            if (fact.medium == PAIR) != QUANTITIES[fact.quantity].of_pair:
                raise ValueError(f"{fact.name}: quantity {fact.quantity} with medium {fact.medium}")
            for substance in [*fact.substances, *fact.calibrated]:
                _known("substance", substance, self.substances)
        for one in self.hypotheses:
            for substance in [one.substance, *one.options.values()]:
                _known("substance", substance, self.substances)
        if self.excess is not None:
            _known("medium", self.excess.medium, self.media)
        return self


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
        return paper.model_copy(
            update={
                "sweeps": [_beside(path, name) for name in paper.sweeps],
                "quick": [_beside(path, name) for name in paper.quick],
            }
        )
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
