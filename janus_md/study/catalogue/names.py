"""Names of particles."""

from __future__ import annotations

import re

from janus_md.model.nanocluster import MODELS

LONGEST_NAME = 64
"""Largest number of characters in a name."""


def check_name(name: str) -> str:
    """Return the name of a particle.

    It is the type of the central particle, which GSD stores in ASCII, and is used in keys, filters
    and file names.

    Raises
    ------
    ValueError
        If it is not valid.
    """
    sites = [site for model in MODELS for site in MODELS.get(model).types]
    if name in sites or not re.fullmatch(r"\w[\w+-]*", name, re.ASCII):
        raise ValueError(
            f"{name!r} is not allowed; it must consist of letters (A to Z, a to z), digits, "
            f"- + _, and not {', '.join(sites)}, which are sites of the models"
        )
    if len(name) > LONGEST_NAME:
        raise ValueError(
            f"{name[:20]}... is not allowed; it has {len(name)} characters, at most {LONGEST_NAME} "
            "are possible"
        )
    return name
