"""Merge keys of YAML in templates: values and line numbers."""

from __future__ import annotations

import pytest

from tests.study.sweeps.test_templates import BASE, read
from tests.study.sweeps.test_templates import (
    test_what_is_wrong_is_told_with_its_line as check_refusal,
)

FIRST = "points:\n  - &first {particle: R-Au-Cu, temperature: 300}\n"
FEW = "fixed: {n_bodies: 64, volume_fraction: 0.01, relative_permittivity: 2}\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (FEW + FIRST + "  - {<<: *first, temperature: 310}\n", [(300, 5, 8), (310, 5, 8)]),
        (
            FEW + "points:\n  - &a {particle: R-1, temperature: 300}\n"
            "  - &b {particle: R-1, temperature: 310, protocol: {damping_ps: 2}}\n"
            "  - <<: [*b, *a]\n    model: bladed\n",
            [(300, 5, 8), (310, 2, 8), (310, 2, 8)],
        ),
        (
            FEW + "points:\n  - {particle: R-1, protocol: &p {damping_ps: 2}}\n"
            "  - {particle: R-1, protocol: {<<: *p, produce_ns: 4}}\n",
            [(298.15, 2, 8), (298.15, 2, 4)],
        ),
        (
            "fixed:\n  <<: {n_bodies: 64, volume_fraction: 0.01}\n  particle: R-1\n"
            "grid:\n  <<: &g {temperature: [300, 310], protocol: {damping_ps: [1]}}\n"
            "zip: {<<: {relative_permittivity: [2]}}\n",
            [(300, 1, 8), (310, 1, 8)],
        ),
        (f"<<: {{{BASE.strip()}}}\nreplicas: 1\n", [(298.15, 5, 8)]),
    ],
)
def test_merge_keys_are_allowed_everywhere(text: str, found: list[tuple[float, ...]]) -> None:
    points = read(text)
    told = [(p.temperature, p.protocol.damping_ps, p.protocol.produce_ns) for p in points]
    assert told == found


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (FEW + FIRST + "  - {<<: *first}\n", 4, ["same state point", "line 3"]),
        # what is wrong is where the value stands, what is given twice where it is merged
        (FEW + FIRST.replace("300", "-3") + "  - {<<: *first, replica: 1}\n", 3, ["-3"]),
        (
            FEW + "points:\n  - {particle: R-1, protocol: &p {damping_ps: 2,\n"
            "      produce_ns: x}}\n  - protocol: {<<: *p}\n    particle: Au3Cd\n",
            4,
            ["produce_ns", "'x'"],
        ),
        (FEW + FIRST + "grid:\n  <<: *first\n", 3, ["grid: particle", "a list"]),
        ("fixed:\n  <<: {particle: R-1}\ngrid:\n  particle: [R-1]\n", 2, ["already", "line 4"]),
        ("<<: {fixde: {}}\n", 1, ["'fixde'", "did you mean fixed"]),
        ("fixed: {<<: 3}\n", 1, ["YAML"]),
        ("fixed: {<<: *nothing}\n", 1, ["YAML", "alias"]),
        ("\nfixed: &a {<<: *a}\n", 2, ["must not contain itself"]),
        ("fixed: &a {viscosity: *a}\n", 1, ["must not contain itself"]),
        ("fixed:\n  particle: &a [1, [*a]]\n", 2, ["must not contain itself"]),
    ],
)
def test_faulty_merge_is_reported_with_its_line(text: str, line: int, said: list[str]) -> None:
    check_refusal(text, line, said)
