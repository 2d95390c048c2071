"""Hands of the bodies in a file: from the user, the file or the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from janus_md.analysis.frames.source import GsdSource


def hands(
    source: GsdSource, frames: slice, given: Mapping[str, str]
) -> tuple[dict[str, str], list[str]]:
    """Return the hands by type name for the analysis of a file, and notes for the user.

    Hands given by the user take precedence over those in the file. Other types take the hand of
    the catalogue particle of the same name.

    Parameters
    ----------
    source : GsdSource
        The file.
    frames : slice
        Frames that will be analysed.
    given : mapping of str to str
        ``R`` or ``S`` by type.

    Raises
    ------
    JanusError
        If no frame can be used.
    """
    from janus_md.study.catalogue import catalog

    usable, _ = source.usable(frames)
    first = source.frame(usable[0])
    present = [first.names[kind] for kind in np.unique(first.kinds)]
    setup = source.setup()
    stated = {body.name: body.enantiomer for body in setup.bodies} if setup is not None else {}
    silent = [name for name in present if name not in stated and name not in given]
    in_catalogue = set(catalog.names()).intersection(silent)
    found = {
        name: hand for name in sorted(in_catalogue) if (hand := catalog.entry(name).enantiomer)
    }
    notes = []
    if found:
        listed = ", ".join(f"{name}={hand}" for name, hand in found.items())
        notes.append(f"hands are taken from the catalogue: {listed}; --enantiomers overrides them")
    known = {**stated, **found, **given}
    if not any(known.get(name) for name in present):
        named = "the file names no types" if source.untyped() else f"types: {', '.join(present)}"
        notes.append(
            f"no body has a known hand ({named}), so in wires.parquet alternation is null "
            f"and sequence holds dashes; --enantiomers gives hands, such as {present[0]}=R"
        )
    return {**found, **given}, notes
