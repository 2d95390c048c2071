"""The example of docs/association.md."""

import re

import numpy as np
import pytest

from tests.conftest import ROOT


def test_example():
    text = (ROOT / "docs" / "association.md").read_text(encoding="utf-8")
    found: dict = {}
    exec("\n".join(re.findall(r"```python\n(.*?)```", text, re.DOTALL)), found)
    assert np.all(found["found"].error < 0.03 * found["found"].value)
    # (1 + sqrt(1 + 4 K rho)) / 2 with K by quadrature; see tests/model/association
    assert found["lengths"] == pytest.approx([6.04, 1.0106], rel=0.03)
