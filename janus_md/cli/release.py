"""The command `release`: payloads that leave the compartments of bodies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from janus_md.common.errors import JanusError

if TYPE_CHECKING:
    from janus_md.analysis.series.release import Payload, Release, Stimulus

FORM = "NAME:TRACERS:RATE"
STIMULUS_FORM = "NAME:BEGIN:END:FACTOR"


def release(
    file: Annotated[Path, typer.Argument(help="Trajectory of a run.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the tables.")],
    payload: Annotated[
        list[str],
        typer.Option(
            help=f"A compartment of every body, {FORM}: its tracers, and their rate in 1/ns. "
            "Repeat the option for further compartments."
        ),
    ],
    stimulus: Annotated[
        list[str] | None,
        typer.Option(
            help=f"A period with another rate, {STIMULUS_FORM}: ns, and the factor of the rate.",
            show_default=False,
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the random times.")] = 0,
) -> None:
    """Let tracers leave the bodies of a trajectory at first-order rates; write CSV tables.

    Rates are put in: the release is not simulated.
    """
    from janus_md.analysis.frames.source import GsdSource
    from janus_md.analysis.series.release import release as compute
    from janus_md.common.folders import check_folder

    payloads = _payloads(payload, stimulus or [])
    check_folder(out, "--out")
    with GsdSource(file) as source:
        usable, _ = source.usable(slice(None))
        found = compute(source, usable, payloads, seed)
    _write(found, out)
    _print(found)


def _payloads(payloads: list[str], stimuli: list[str]) -> list[Payload]:
    """Read the options.

    Raises
    ------
    JanusError
        If one is invalid.
    """
    from janus_md.analysis.series.release import Payload, Stimulus

    given: dict[str, list[Stimulus]] = {}
    numbers: dict[str, tuple[int, float]] = {}
    for text in payloads:
        name, values = _parts("--payload", text, FORM, 2)
        tracers, rate = values
        if name in numbers or tracers < 1 or tracers != int(tracers) or rate <= 0.0:
            raise JanusError(
                f"--payload: {text!r} is not allowed; it must be {FORM} with a name of its own, a "
                "whole number of tracers and a rate above 0"
            )
        numbers[name], given[name] = (int(tracers), rate), []
    for text in stimuli:
        name, values = _parts("--stimulus", text, STIMULUS_FORM, 3)
        begin, end, factor = values
        if name not in given or not 0.0 <= begin < end or factor < 0.0:
            raise JanusError(
                f"--stimulus: {text!r} is not allowed; it must be {STIMULUS_FORM} with a name of "
                f"{', '.join(given)}, a begin of at least 0 before the end, and a factor of at "
                "least 0"
            )
        given[name].append(Stimulus(begin, end, factor))
    return [
        Payload(name, tracers, rate, tuple(given[name]))
        for name, (tracers, rate) in numbers.items()
    ]


def _parts(option: str, text: str, form: str, count: int) -> tuple[str, list[float]]:
    from math import isfinite

    name, *values = text.split(":")
    try:
        found = [float(value) for value in values]
    except ValueError:
        found = []
    if not name or len(found) != count or not all(map(isfinite, found)):
        raise JanusError(f"{option}: {text!r} is not allowed; it must be {form}")
    return name, found


def _write(found: list[Release], out: Path) -> None:
    """Write release.csv, fractions against time, and tracers.csv, where each tracer left."""
    import pandas as pd

    from janus_md.common.files import publish_text

    out.mkdir(parents=True, exist_ok=True)
    table = pd.DataFrame({"time_ns": found[0].times})
    for one in found:
        table[f"{one.payload.name}_released"] = one.fraction
        table[f"{one.payload.name}_expected"] = one.payload.released(one.times)
    tracers = pd.concat(
        pd.DataFrame(
            {
                "compartment": one.payload.name,
                "time_ns": one.times[one.frame],
                "body": one.body,
                "x_nm": one.positions[:, 0],
                "y_nm": one.positions[:, 1],
                "z_nm": one.positions[:, 2],
            }
        )
        for one in found
    )
    publish_text(out / "release.csv", table.to_csv(index=False))
    publish_text(out / "tracers.csv", tracers.to_csv(index=False))


def _print(found: list[Release]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None)
    for heading in ("compartment", "time / ns", "released", "1 - exp(-integral of k)"):
        table.add_column(heading, justify="left" if heading == "compartment" else "right")
    for one in found:
        steps = len(one.times) - 1
        for k in sorted({steps // 4, steps // 2, 3 * steps // 4, steps}):
            expected = float(one.payload.released(one.times[k]))
            table.add_row(
                one.payload.name, f"{one.times[k]:.4g}", f"{one.fraction[k]:.4f}", f"{expected:.4f}"
            )
    Console(highlight=False).print(table, markup=False)
