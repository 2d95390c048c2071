"""The table of checks: content of a row, and rows replaced by a run."""

from __future__ import annotations

from pathlib import Path

from tests.checks import HEADER, Check, write


def row(check: str, ours: float, test: str, engine: str = "hoomd") -> tuple[str, ...]:
    return (*Check(check, 1.0, "closed form", ours, engine=engine).cells(), test)


def rows_of(path: Path) -> list[str]:
    lines = [line for line in path.read_text().splitlines() if line.startswith("| ")]
    assert lines[0] == "| " + " | ".join(HEADER) + " |"
    return lines[1:]


def test_numbers_carry_their_errors() -> None:
    cells = Check("chi", 0.822, "somebody", 0.815, 0.012, 0.017, "lammps").cells()
    assert cells == ("chi", "0.82(2)", "somebody", "0.81(1)", "lammps")
    assert Check("x", -1.74756459463, "textbooks", "none").cells()[1:4:2] == ("-1.74756459", "none")


def test_rows_of_tests_that_did_not_run_stay(tmp_path: Path) -> None:
    path = tmp_path / "table.md"
    write(path, [row("|b|", 2.0, "t.py::b"), row("a", 1.0, "t.py::a")], {"t.py::a", "t.py::b"})
    assert [line.split(" | ")[0] for line in rows_of(path)] == ["| a", r"| \|b\|"]
    write(path, [row("a", 3.0, "t.py::a")], {"t.py::a"})
    first, second = rows_of(path)
    assert " | 3 | hoomd | t.py::a |" in first
    assert r"\|b\|" in second
    write(path, [], {"t.py::a"})  # it ran and failed
    assert rows_of(path) == [second]
