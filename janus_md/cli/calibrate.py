"""The command `calibrate`: bead sizes and the resulting pair minima."""

from __future__ import annotations


def calibrate() -> None:
    """Compute the pair minima used to calibrate the bead sizes (takes seconds)."""
    from rich.console import Console
    from rich.table import Table

    from janus_md.study.catalogue.calibration_table import calibration_table

    table = Table(box=None)
    for heading, side in (
        ("quantity", "left"),
        ("value", "right"),
        ("unit", "left"),
        ("reference", "left"),
    ):
        table.add_column(heading, justify="right" if side == "right" else "left")
    for row in calibration_table():
        value = row["value"]
        table.add_row(
            str(row["quantity"]),
            f"{value:.3f}" if isinstance(value, float) else str(value),
            str(row["unit"]),
            str(row["reference"]),
        )
    Console().print(table)
