"""Lists of maps with names."""

from __future__ import annotations

from typing import Any

import pytest

from janus_md.common.named_lists import by_name


def test_items_are_found_by_name_in_their_order() -> None:
    found = by_name([{"name": "b", "x": 1}, {"name": "a", "x": 2}])
    assert found == {"b": {"x": 1}, "a": {"x": 2}}
    assert list(found) == ["b", "a"]


@pytest.mark.parametrize(
    "value",
    [[], [1.0, 2.0], {"name": "a"}, [{"x": 1}], [{"name": 1}], [{"name": "a"}, {"name": "a"}]],
)
def test_other_values_are_not_such_lists(value: Any) -> None:
    assert by_name(value) is None
