"""What a job document can hold."""

from __future__ import annotations

import math

import numpy as np

from janus_md.workspace.documents import finite


def test_numbers_of_a_document_are_pythons_own_and_finite() -> None:
    found = finite({"a": [np.float64(0.5), math.nan, 3], "b": (np.float64("inf"), "text", True)})
    assert found == {"a": [0.5, None, 3], "b": [None, "text", True]}
    assert type(found["a"][0]) is float
