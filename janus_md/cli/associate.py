"""The command `associate`: association constants of two particles, and their chains."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from janus_md.cli import output
from janus_md.cli.output import Csv, Json, Out

if TYPE_CHECKING:
    from janus_md.study.catalogue.association import PairConstants

ROOM = 298.15
"""Room temperature, K."""

MEDIA = "1,1.25,1.5,2,3,8.93"
"""Relative permittivities from a vacuum to dichloromethane."""

PAIRS = ("AA", "BB", "AB", "BA")
"""Head and tail of the bonds, in the order of the constants."""


def associate(
    first: Annotated[
        str, typer.Argument(metavar="A", help="A particle of the catalogue, or a particle file.")
    ],
    second: Annotated[
        str | None,
        typer.Argument(metavar="[B]", help="The other particle; A if there is none."),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option("--model", help="Model of nanoclusters; sphere by default."),
    ] = None,
    relative_permittivity: Annotated[
        str,
        typer.Option(
            "--relative-permittivity",
            help="Relative permittivities of the medium, separated by commas.",
        ),
    ] = MEDIA,
    volume_fraction: Annotated[
        float, typer.Option("--volume-fraction", help="Volume fraction of the bodies.")
    ] = 0.05,
    share: Annotated[
        float, typer.Option("--share", help="Number fraction of A, above 0 and below 1.")
    ] = 0.5,
    temperature: Annotated[float, typer.Option("--temperature", help="K.")] = ROOM,
    repetitions: Annotated[
        int,
        typer.Option(
            "--repetitions",
            min=4,
            help="Independent repetitions of the Monte Carlo calculation. The error decreases with "
            "the square root of their number.",
        ),
    ] = 8,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the random numbers.")] = 0,
    csv: Csv = False,
    json: Json = False,
    out: Out = None,
) -> None:
    """Compute association constants of particles A and B, and the equilibrium of their chains.

    K_AB is the constant, in nm^3, of a bond from the head (+z) of A to the tail of B, with the bond
    criterion of the analysis. Every body has one bond at each end at most. The calculation takes a
    few seconds for each constant.
    """
    from janus_md.cli.particle import entry_of
    from janus_md.common import plugins
    from janus_md.model.association.constants import Sampling
    from janus_md.study.catalogue.association import pair_constants
    from janus_md.study.catalogue.bead_particle import BeadParticle

    kind = output.format_of(csv, json, out)
    media = _media(relative_permittivity)
    _check("--volume-fraction", volume_fraction, 0.0, 0.74)
    _check("--share", share, 0.0, 1.0)
    _check("--temperature", temperature, 0.0, float("inf"))
    plugins.use(Path.cwd())
    entries = [entry_of("associate", name) for name in (first, second or first)]
    if model is None and not all(isinstance(one, BeadParticle) for one in entries):
        model = "sphere"
    found = pair_constants(
        entries[0], entries[1], model, media, temperature,
        sampling=Sampling(repetitions=repetitions), seed=seed,
    )  # fmt: skip
    alone = found.of[0] is found.of[1] is found.of[2]
    rows = _rows(found, volume_fraction, 1.0 if alone else share, PAIRS[:1] if alone else PAIRS)
    if kind:
        output.write(kind, list(rows[0]), [list(row.values()) for row in rows], out)
    else:
        _print(rows, entries[0].name, entries[1].name, volume_fraction)


def _media(text: str) -> list[float]:
    """Read the permittivities.

    Raises
    ------
    JanusError
        If one is not a number of at least 1.
    """
    from janus_md.cli.options import listed
    from janus_md.common.errors import JanusError

    found = []
    for part in listed(text):
        try:
            found.append(float(part))
        except ValueError:
            found.append(float("nan"))
        if not 1.0 <= found[-1] < float("inf"):
            raise JanusError(
                f"--relative-permittivity: {part!r} is not allowed; it must be a number of at "
                "least 1"
            )
    if not found:
        raise JanusError("--relative-permittivity: at least one number is needed")
    return found


def _check(option: str, value: float, low: float, high: float) -> None:
    """Check that a number is between two others.

    Raises
    ------
    JanusError
        If it is not.
    """
    from janus_md.common.errors import JanusError

    if not low < value < high:
        bounds = f"above {low:g}" + (f" and below {high:g}" if high < float("inf") else "")
        raise JanusError(f"{option}: {value:g} is not allowed; it must be {bounds}")


def _rows(
    found: PairConstants, volume_fraction: float, share: float, pairs: tuple[str, ...]
) -> list[dict[str, Any]]:
    """Return a row for each permittivity, with units in the names."""
    rows = []
    for k, medium in enumerate(found.relative_permittivity.tolist()):
        row: dict[str, Any] = {"relative_permittivity": medium}
        for name, one in zip(pairs, found.of, strict=False):
            row |= {
                f"K_{name}_nm3": float(one.value[k]),
                f"K_{name}_error_nm3": float(one.error[k]),
                f"K_{name}_over_repetitions_nm3": float(one.over_repetitions[k]),
                f"K_{name}_within_repetitions_nm3": float(one.within_repetitions[k]),
            }
        chains = found.chains(k, volume_fraction, share)
        if len(pairs) > 1:
            row["unlike_share"], row["unlike_share_error"] = chains.unlike_share
        row["mean_length"], row["mean_length_error"] = chains.mean_length
        rows.append(row)
    return rows


def _print(rows: list[dict[str, Any]], first: str, second: str, volume_fraction: float) -> None:
    """Print a line for each permittivity."""
    from janus_md.cli import text_table
    from janus_md.common.uncertainty import MEANING, with_error

    def told(name: str, error: str) -> list[str]:
        return [with_error(row[name], row[error]) for row in rows]

    media = [f"{row['relative_permittivity']:g}" for row in rows]
    columns = [text_table.TextColumn("eps_r", media, 0)]
    for pair in PAIRS:
        if f"K_{pair}_nm3" in rows[0]:
            texts = told(f"K_{pair}_nm3", f"K_{pair}_error_nm3")
            columns.append(text_table.TextColumn(f"K_{pair}", texts))
    if "unlike_share" in rows[0]:
        texts = told("unlike_share", "unlike_share_error")
        columns.append(text_table.TextColumn("A-B share", texts))
    texts = told("mean_length", "mean_length_error")
    columns.append(text_table.TextColumn("mean length", texts))
    named = f"A: {first}" if len(rows[0]) < 10 else f"A: {first}, B: {second}"
    note = (
        f"{named}; K in nm^3, head to tail; mean length by number at volume fraction "
        f"{volume_fraction:g}; {MEANING}"
    )
    text_table.show(columns, turn=True, notes=[note], hint="`--csv` shows them")
