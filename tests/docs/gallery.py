"""Write the particles of docs/gallery.md and their pictures: ``python -m tests.docs.gallery``.

The table and the pictures are made from the catalogue and from the measured costs. The rest of the
page stays as it is.
"""

from __future__ import annotations

import re
from pathlib import Path

from janus_md.model.body import RigidBody
from janus_md.simulation.cost import costs
from janus_md.study.catalogue import catalog
from janus_md.study.catalogue.bead_particle import BeadParticle

PAGE = Path(__file__).resolve().parents[2] / "docs" / "gallery.md"

PICTURES = PAGE.parent / "images" / "particles"
"""Folder of the pictures."""

BEGIN, END = "<!-- begin particles -->", "<!-- end particles -->"
"""Lines of the page before and after the generated table."""

REVIEW = "Harini et al."
"""Begin of the reference of the review."""


def names() -> list[str]:
    """Particles of the catalogue: rows of Table 1, others of the review, then the rest."""
    return sorted(catalog.names(), key=lambda name: (_row(name), name))


def _row(name: str) -> float:
    """Row of Table 1 of the review; 100 for others in the review, 200 for the rest."""
    reference = catalog.entry(name).sources.get("reference", "")
    found = re.search(r"table 1, row (\d+)", reference)
    return int(found[1]) if found else 100 if reference.startswith(REVIEW) else 200


def body(name: str) -> RigidBody:
    """The body that is drawn; of a nanocluster the model `bladed`."""
    entry = catalog.entry(name)
    return catalog.build(entry, None if isinstance(entry, BeadParticle) else "bladed")


def table() -> str:
    """Lines of the table, a particle each."""
    measured = costs()
    engines = list(measured.versions)
    heads = ["", "name", "system", "class", "morphology", "size", "sites", *engines]
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    for name in names():
        entry, row = catalog.entry(name), _row(name)
        place = {100: "review", 200: ""}.get(int(row), f"row {row:g}")
        texts = (
            (", ".join(entry.classes), entry.morphology, entry.size)
            if isinstance(entry, BeadParticle)
            else ("hybrid", "nanocluster", "core 0.82 to 1.17 nm, Li et al. 2022")
        )
        rates = [measured.rate(name, entry.digest(), engine) for engine in engines]
        cells = [
            f"![{name}](images/particles/{name}.png)",
            f"`{name}`",
            f"{entry.composition}{f' ({place})' if place else ''}",
            *texts,
            str(len(body(name).types)),
            *("-" if rate is None else f"{rate:g}" for rate in rates),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def page(text: str) -> str:
    """Return the text of the page with the table of the catalogue."""
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise ValueError(f"{PAGE.name}: one {BEGIN} with one {END} after it is needed")
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n{table()}\n{END}{rest.partition(END)[2]}"


def main() -> None:
    """Write the page and the pictures."""
    from janus_md.analysis.pictures.body import draw_small

    PICTURES.mkdir(parents=True, exist_ok=True)
    for old in PICTURES.glob("*.png"):
        if old.stem not in catalog.names():
            old.unlink()
    for name in names():
        draw_small(body(name), PICTURES / f"{name}.png")
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
