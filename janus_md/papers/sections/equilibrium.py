"""Equilibrium of the chains of two enantiomers beside the simulation, and of the longest wires."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from janus_md.analysis.pictures.figures.axes import new_figure, plain_log, save
from janus_md.analysis.pictures.figures.styles import COLOURS, plain_style
from janus_md.common.uncertainty import with_error
from janus_md.model.association.constants import Sampling
from janus_md.model.units import thermal_energy
from janus_md.papers.measures import Measured, Run, Value
from janus_md.papers.media import Conditions
from janus_md.papers.paper import Equilibrium
from janus_md.papers.rows import combine
from janus_md.papers.sections.association_cache import cached_constants
from janus_md.papers.sections.markdown import grid
from janus_md.workspace.labels import MISSING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from janus_md.study.catalogue.association import PairConstants

TEMPERATURE = 298.15
"""Of the equilibrium, K."""

MICROMETRE = 1000.0
"""nm."""


@dataclass(frozen=True)
class Medium:
    """Chains of the enantiomers in a medium.

    Attributes
    ----------
    relative_permittivity : float
        Of the medium.
    like, unlike : (float, float)
        Association constants of two bodies of a hand, and of opposite hands, nm^3.
    share, mean_length : (float, float)
        Share of the bonds that join opposite hands, and mean length by number, in equilibrium.
    simulated_share, simulated_length : (float or None, float or None)
        The same in the simulations.
    runs : int
        Number of simulations.
    """

    relative_permittivity: float
    like: Value
    unlike: Value
    share: Value
    mean_length: Value
    simulated_share: Value = (None, None)
    simulated_length: Value = (None, None)
    runs: int = 0


@dataclass(frozen=True)
class Wires:
    """Equilibrium of wires of one kind at a volume fraction.

    Attributes
    ----------
    volume_fraction : float
        Of the bodies.
    mean_length : (float, float)
        By number, bodies.
    micrometres : float
        The same as a length.
    missing : float
        Free energy by which each bond had to be stronger for a mean length of one micrometre,
        kJ/mol; negative if wires are longer.
    """

    volume_fraction: float
    mean_length: Value
    micrometres: float
    missing: float


@dataclass(frozen=True)
class EquilibriumResult:
    """Equilibrium beside simulations.

    Attributes
    ----------
    model : str
        Model of the bodies.
    media : list of Medium
        By permittivity.
    wire_constant : (float, float)
        Association constant of the particle of the wires in the lowest permittivity, nm^3.
    wires : list of Wires
        By volume fraction.
    """

    model: str
    media: list[Medium]
    wire_constant: Value
    wires: list[Wires]


def compare_equilibrium(
    wanted: Equilibrium,
    model: str,
    measured: Iterable[tuple[Run, Measured]],
    cache: Path,
    sampling: Sampling | None = None,
) -> EquilibriumResult:
    """Compute the equilibrium, and collect the simulations of the same bodies.

    Parameters
    ----------
    wanted : Equilibrium
        What the facts of the paper ask for.
    model : str
        Model of the bodies.
    measured : iterable of (Run, Measured)
        Finished runs.
    cache : Path
        File that keeps the association constants.
    sampling : Sampling, optional
        Length of the Monte Carlo calculation.
    """
    phi = wanted.volume_fractions[0]
    found = [
        (medium, values)
        for run, values in measured
        if set(run.shares) == set(wanted.enantiomers)
        and (medium := _medium(values.conditions, model)) is not None
    ]
    media = sorted({*wanted.relative_permittivities, *(medium for medium, _ in found)})
    pair = cached_constants(cache, wanted.enantiomers, model, media, TEMPERATURE, sampling)
    wire = cached_constants(
        cache, (wanted.wire, wanted.wire), model, media[:1], TEMPERATURE, sampling
    )
    rows = []
    for k, medium in enumerate(media):
        chains = pair.chains(k, phi, 0.5)
        runs = [values for one, values in found if math.isclose(one, medium)]
        rows.append(
            Medium(
                medium,
                _constant(pair, 0, k),
                _constant(pair, 2, k),
                chains.unlike_share,
                chains.mean_length,
                _combined(runs, "opposite_bonds"),
                _combined(runs, "mean_n"),
                len(runs),
            )
        )
    wires = [_wires(wire, one, wanted.rise) for one in wanted.volume_fractions]
    return EquilibriumResult(model, rows, _constant(wire, 0, 0), wires)


def _medium(conditions: Conditions | None, model: str) -> float | None:
    """Return the permittivity of a run of this model in one medium; None for another run."""
    if conditions is None or conditions.changed or conditions.model != model:
        return None
    return conditions.relative_permittivity


def _wires(found: PairConstants, volume_fraction: float, rise: float) -> Wires:
    """Return the wires of one kind at a volume fraction."""
    length = found.chains(0, volume_fraction, 1.0).mean_length
    bodies = MICROMETRE / rise
    # K rho = n (n - 1)
    missing = thermal_energy(TEMPERATURE) * math.log(
        bodies * (bodies - 1.0) / (length[0] * (length[0] - 1.0))
    )
    return Wires(volume_fraction, length, length[0] * rise / MICROMETRE, missing)


def _constant(found: PairConstants, which: int, place: int) -> Value:
    one = found.of[which]
    return float(one.value[place]), float(one.error[place])


def _combined(runs: Sequence[Measured], name: str) -> Value:
    return combine([run.values.get(name, (None, None)) for run in runs])


def section(wanted: Equilibrium, found: EquilibriumResult) -> list[str]:
    """Return the paragraphs of the page; tables are lists of rows in Markdown."""
    a, b = wanted.enantiomers
    phi, rise = wanted.volume_fractions[0], wanted.rise
    lowest = found.media[0].relative_permittivity
    head = (
        "relative permittivity", "K, equal hands / nm^3", "K, opposite hands / nm^3",
        "R-S share, equilibrium", "R-S share, simulation", "R-S share, paper",
        "mean length, equilibrium", "mean length, simulation", "runs",
    )  # fmt: skip
    rows = [
        (
            f"{one.relative_permittivity:g}", with_error(*one.like), with_error(*one.unlike),
            with_error(*one.share), with_error(*one.simulated_share), f"{wanted.alternation:g}",
            with_error(*one.mean_length), with_error(*one.simulated_length),
            str(one.runs) if one.runs else MISSING,
        )
        for one in found.media
    ]  # fmt: skip
    return [
        f"Association constants K of two isolated bodies of {a} and {b} (`{found.model}`, "
        f"{TEMPERATURE:g} K, bond criterion of the analysis), by Monte Carlo, give the equilibrium "
        f"of an ideal mixture of equal numbers at volume fraction {phi:g} (docs/association.md). "
        "The equilibrium neglects that bodies of other wires crowd and attract. It also neglects "
        "that dipoles attract beyond the next body of a wire: the ends of two long wires attract "
        f"up to pi^2/6 = {math.pi**2 / 6.0:.2f} times as strongly as two bodies. So weak bonds "
        "last longer in a simulation, and wires grow longer. A simulation need not have reached "
        "equilibrium. The paper's share is that of its crystal.",
        grid(head, rows),
        f"Wires of {wanted.wire} in equilibrium, relative permittivity {lowest:g}: "
        f"K = {with_error(*found.wire_constant)} nm^3. The last column is the free energy by which "
        "each bond had to be stronger for a mean length of one micrometre "
        f"({MICROMETRE / rise:.0f} bodies of {rise:g} nm).",
        grid(
            ("volume fraction", "mean length / bodies", "mean length / um", "missing / (kJ/mol)"),
            [
                (
                    f"{one.volume_fraction:g}", with_error(*one.mean_length),
                    f"{one.micrometres:.2g}", f"{one.missing:.1f}",
                )
                for one in found.wires
            ],
        ),
    ]  # fmt: skip


def as_data(found: EquilibriumResult) -> dict[str, Any]:
    """Return everything as plain data, for JSON."""
    return asdict(found)


@plain_style()
def draw(wanted: Equilibrium, found: EquilibriumResult, file: Path) -> tuple[Path, str]:
    """Draw share and length against the permittivity; return the file and its caption."""
    figure, (left, right) = new_figure(10.0, 3.8, 2)
    media = [one.relative_permittivity for one in found.media]
    for axes, curve, points in (
        (left, [one.share for one in found.media], [one.simulated_share for one in found.media]),
        (
            right,
            [one.mean_length for one in found.media],
            [one.simulated_length for one in found.media],
        ),
    ):
        _bars(axes, media, curve, "equilibrium, Monte Carlo", COLOURS[0], "-")
        _bars(axes, media, points, "simulation", COLOURS[1], "none")
        axes.set(xscale="log", xlabel="relative permittivity")
    left.axhline(wanted.alternation, color="0.4", ls="--", lw=1.0, label="paper, crystal")
    left.axhline(0.5, color="0.7", ls=":", lw=1.0, label="random order")
    left.set(ylabel="share of bonds that join R and S", ylim=(0.0, 1.05))
    right.set(yscale="log", ylabel="mean length by number / bodies")
    for axes in (left, right):
        plain_log(axes)
    left.legend(frameon=False, fontsize=8)
    right.legend(frameon=False, fontsize=8)
    caption = (
        f"{' and '.join(wanted.enantiomers)} (`{found.model}`), volume fraction "
        f"{wanted.volume_fractions[0]:g}: share of the bonds that join R and S (left) and mean "
        "length (right) against the relative permittivity, in equilibrium and in the simulation. "
        "Bars: standard error."
    )
    return save(figure, file), caption


def _bars(
    axes: Axes, media: Sequence[float], values: Sequence[Value], label: str, colour: str, line: str
) -> None:
    known = [
        (x, mean, error or 0.0)
        for x, (mean, error) in zip(media, values, strict=True)
        if mean is not None and math.isfinite(mean)
    ]
    if known:
        x, y, errors = zip(*known, strict=True)
        axes.errorbar(
            x, y, errors, color=colour, ls=line, lw=1.0, marker="o", ms=4, capsize=3, label=label
        )
