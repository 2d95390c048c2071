"""Threshold energies of bonds from the cache."""

import pytest

from janus_md.analysis.aggregates.criterion import DEFAULT_CRITERION
from janus_md.analysis.aggregates.energy import energy_criterion
from janus_md.analysis.pipeline import settings
from janus_md.analysis.pipeline.settings import Settings
from janus_md.common import cache
from janus_md.model.interactions.term import TERMS
from janus_md.model.pairs import energy
from tests.analysis.worlds import described

BODIES = {"R-Au-Cu": "R", "S-Au-Cu": "S"}


@pytest.fixture
def thresholds(monkeypatch, tmp_path):
    """Return thresholds of a medium by the settings, and how many minima they calculated."""
    monkeypatch.setenv("JANUS_MD_CACHE", str(tmp_path))
    calculated, minimum = [], energy.head_to_tail_minimum

    def counted(*bodies, **others):
        calculated.append(bodies)
        return minimum(*bodies, **others)

    monkeypatch.setattr(energy, "head_to_tail_minimum", counted)

    def of(permittivity):
        calculated.clear()
        about = described(BODIES, permittivity=permittivity)
        found = Settings.of(DEFAULT_CRITERION, about).energy
        return found and found.thresholds, len(calculated)

    return of


def test_thresholds_are_calculated_once(thresholds):
    found = energy_criterion(described(BODIES)).thresholds
    assert thresholds(1.0) == (found, 4)
    assert thresholds(1.0) == (found, 0)
    other, count = thresholds(2.0)
    assert count == 4
    assert all(other[names] != found[names] for names in found)
    assert thresholds(1.0) == (found, 0)
    assert thresholds(None) == (None, 0)


def test_thresholds_of_other_code_or_damaged_are_not_used(thresholds, monkeypatch):
    found = thresholds(1.0)
    file = cache.cache_file(settings.THRESHOLDS)
    file.write_text(file.read_text().replace("S-Au-Cu", "T"))
    assert thresholds(1.0) == (found[0], 3)
    assert thresholds(1.0) == (found[0], 0)
    file.write_text("[")
    assert thresholds(1.0) == found
    monkeypatch.setattr(settings, "code", lambda: b"other")
    assert thresholds(1.0) == found


def test_thresholds_with_pair_terms_of_plugins_are_calculated_each_time(thresholds, monkeypatch):
    monkeypatch.setattr(TERMS, "added", lambda: {"lennard_jones": "plugins/lennard_jones.py"})
    found = thresholds(1.0)
    assert found[1] == 4
    assert thresholds(1.0) == found
