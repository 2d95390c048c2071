"""A value with its standard error has one form, in units of the last digit."""

import re
import subprocess

import pytest

from janus_md.common.uncertainty import MEANING, MISSING, with_error
from tests.conftest import ROOT


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (15.234, 0.27, "15.2(3)"),
        (15.234, 0.96, "15(1)"),
        (123.4, 12.0, "123(12)"),
        (1.613, 0.00012, "1.613(1)"),
        (2.2383, 0.0094, "2.238(9)"),
        (-0.004, 0.012, "0.00(1)"),
        (0.00127, 0.00006, "0.00127(6)"),
        (0.02, 0.000001, "0.0200(1)"),
        (15625.0, None, "15625"),
        (708700.0, 2600.0, "708700(2600)"),
        (1.6349e12, 2e10, "1.63(2)e12"),
        (-4.2e9, None, "-4.2e9"),
        (1.0, 0.0, "1"),
        (1.0, None, "1"),
        (float("nan"), 0.1, MISSING),
        (None, None, MISSING),
    ],
)
def test_form(value, error, text):
    assert with_error(value, error) == text


def test_more_decimals_are_given_where_they_are_wanted():
    assert with_error(1.6625, 0.00024, 5) == "1.6625(2)"


def test_the_sentence_that_explains_it_is_true():
    assert MEANING.split()[0] == with_error(1.63, 0.02)


def test_there_is_no_other_form():
    """No code, page or table of the repository writes an error behind a plus-minus sign."""
    names = subprocess.run(["git", "ls-files", "*.py", "*.html", "*.md"], cwd=ROOT, text=True,
                           capture_output=True, check=True).stdout.split()  # fmt: skip
    form = re.compile(r"[\d}] ?(?:\N{PLUS-MINUS SIGN}|\+/-) ?[\d{]")
    found = [
        n for n in names if (ROOT / n).is_file() and form.search((ROOT / n).read_text("utf-8"))
    ]
    assert len(names) > 100
    assert found == []
