"""What a paper says: its facts as data in ``papers/NAME.yaml``, read into typed entries."""

from __future__ import annotations

from collections.abc import Collection
from importlib import resources
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from janus_md.common.errors import JanusError
from janus_md.common.messages import unknown
from janus_md.papers.quantities import PAIR, QUANTITIES

Text = Annotated[str, Field(min_length=1)]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Fact(_Entry):
    """One statement, and the range in which a simulation agrees with it."""

    name: Text
    """What is looked at."""
    paper: Text
    """What the paper says of it, with the place where it says so."""
    quantity: Text
    """What is measured: a key of :data:`janus_md.papers.quantities.QUANTITIES`."""
    medium: Text
    """A key of the paper's media, or ``pair``: two bodies alone, no simulation."""
    substances: list[Text] = Field(min_length=1)
    """Keys of the paper's substances."""
    low: float | None = None
    """Least value that agrees; none without it."""
    high: float | None = None
    """Largest value that agrees; none without it."""
    why: Text
    """Why this range, or why there is none."""
    calibrated: dict[str, Text] = {}
    """Substances in which the model was made to agree, and by what."""

    @property
    def compared(self) -> bool:
        """Whether there is a range to compare with."""
        return self.low is not None or self.high is not None


class Hypothesis(_Entry):
    """A choice that the paper leaves open for one substance."""

    substance: Text
    """The substance it is about."""
    options: dict[str, Text] = Field(min_length=2)
    """Name of each choice, and the substance that was simulated with it."""
    note: str = ""
    """What a reader of the comparison must know."""


class Excess(_Entry):
    """Mixtures of two enantiomers, to be looked at as a function of the excess of one."""

    enantiomers: tuple[Text, Text]
    """Particles of the catalogue; the excess is that of either."""
    medium: Text
    """A key of the paper's media."""


class Paper(_Entry):
    """A paper, what is simulated for it, and its facts."""

    name: Text
    citation: Text
    sweeps: list[Text] = Field(min_length=1)
    """Templates that are run."""
    quick: list[Text] = Field(min_length=1)
    """Templates of the reduced variant."""
    media: dict[str, float]
    """Relative permittivity of each medium."""
    substances: dict[str, dict[str, float]]
    """Share of each particle in each substance."""
    model: Text = "bladed"
    """Model of the bodies in the pairs that are looked at without a simulation."""
    facts: list[Fact] = Field(min_length=1)
    hypotheses: list[Hypothesis] = []
    excess: Excess | None = None
    remarks: list[Text] = []
    """What a reader of the table must know."""

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
    """Names of the papers that come with the package."""
    folder = resources.files(__package__) / "facts"
    files = (file.name for file in folder.iterdir())
    return sorted(name.removesuffix(".yaml") for name in files if name.endswith(".yaml"))


def load_paper(path_or_name: str) -> Paper:
    """Read a paper from a YAML file, or one that comes with the package by its name.

    Templates that a file names and that lie beside it are taken from there.

    Raises
    ------
    JanusError
        If there is none, or it does not fit.
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
        If it is not YAML, or does not fit.
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
