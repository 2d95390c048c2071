"""Results of the calibration as a table."""

from __future__ import annotations

from janus_md.model.nanocluster import WIRE_SPACING
from janus_md.model.nanoclusters import narrow, sphere_tem
from janus_md.model.nanoclusters.bladed import SIZES
from janus_md.model.nanoclusters.sphere import SPHERE_SIGMA
from janus_md.model.pairs.energy import Minimum
from janus_md.study.catalogue import catalog
from janus_md.study.catalogue.calibrate import TEM_SPACING, Calibration, SideBySide, calibrate


def calibration_table(found: Calibration | None = None) -> list[dict[str, str | float]]:
    """Return the results of :func:`calibrate` as rows for printing.

    Parameters
    ----------
    found : Calibration, optional
        The results; by default the calibration is run.

    Returns
    -------
    list of dict
        Rows with `quantity`, `value`, `unit` and `reference`, which is empty if there is none.
    """
    found = found or calibrate()
    rows: list[dict[str, str | float]] = []

    def row(quantity: str, value: float, unit: str, reference: str = "") -> None:
        rows.append({"quantity": quantity, "value": value, "unit": unit, "reference": reference})

    spacing = f"{WIRE_SPACING} (Li et al. 2022, neighbours along c)"
    row("sphere: bead diameter", found.sphere_sigma, "nm", f"{SPHERE_SIGMA} in use")
    row("bladed: core diameter", found.core_sigma, "nm", f"{SIZES.core_sigma} in use")
    row("narrow: core diameter", found.narrow_core_sigma, "nm", f"{narrow.SIZES.core_sigma} in use")
    diameter = f"sphere_tem: bead diameter for {TEM_SPACING} nm"
    row(diameter, found.tem_sigma, "nm", f"{sphere_tem.SIGMA} in use")
    pairs: tuple[tuple[str, Minimum | SideBySide, str], ...] = (
        ("sphere R-Au-Cu, head to tail", found.sphere, spacing),
        ("bladed R-Au-Cu, head to tail, meshing", found.meshing, spacing),
        ("bladed, head to tail, opposite hands meet", found.opposed, ""),
        ("sphere Au3Cd, head to tail", found.au3cd_sphere, ""),
        ("bladed Au3Cd, head to tail", found.au3cd_bladed, ""),
        ("bladed, side by side, equal hands, no turn", found.side_equal, ""),
        ("bladed, side by side, opposite hands, no turn", found.side_opposite, ""),
        ("bladed R-Au-Cu, side by side", found.side_turned, "2.68 (Li et al. 2022, along b)"),
        ("narrow R-Au-Cu, head to tail, meshing", found.narrow_meshing, spacing),
        ("narrow, head to tail, opposite hands meet", found.narrow_opposed, ""),
        ("narrow R-Au-Cu, side by side", found.narrow_side, "2.68 (Li et al. 2022, along b)"),
    )
    for name, pair, reference in pairs:
        row(f"{name}: energy", pair.energy, "kJ/mol")
        row(f"{name}: distance", pair.distance, "nm", reference)
    name, micrographs = "sphere_tem R-Au-Cu, head to tail", f"{TEM_SPACING} to 2.5 (Li et al. 2022)"
    row(f"{name}: energy", found.tem.energy, "kJ/mol", "-37.54 (Li et al. 2022)")
    row(f"{name}: distance", found.tem.distance, "nm", micrographs)
    period = 360.0 / catalog.body("R-Au-Cu", "bladed").symmetry
    screw = f"180 modulo {period:.0f} (Li et al. 2022, 2_1 screw axis)"
    row("bladed R-Au-Cu: turn per body", found.meshing.turn, "deg", screw)
    row("narrow R-Au-Cu: turn per body", found.narrow_meshing.turn, "deg", screw)
    return rows
