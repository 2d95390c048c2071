"""Tables as text that fit into the width of the terminal."""

from __future__ import annotations

import re
import shutil
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

GAP = 2
"""Blanks between two columns."""

SHORTENED = 24
"""Width to which texts are shortened if there is no room for them, in characters."""

WIDEST_NAME = 40
"""Maximum width of the names in a turned table, in characters."""

ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"


@dataclass
class TextColumn:
    """A column of a table.

    Attributes
    ----------
    heading : str
        Name of the column.
    cells : list of str
        Its values.
    rank : int
        Columns with a larger rank are left out first, and of those with the same rank the last one.
    """

    heading: str
    cells: list[str]
    rank: int = 1

    @property
    def widest(self) -> int:
        """Width of the widest cell."""
        return max(map(len, self.cells), default=0)


def terminal_width() -> int:
    """Return the width of the terminal, or of the variable COLUMNS; 80 without both."""
    return shutil.get_terminal_size((80, 24)).columns


def lines_of(
    columns: Sequence[TextColumn], width: int, *, turn: bool = False
) -> tuple[list[str], list[str]]:
    """Return the lines of a table that are at most `width` characters wide.

    Headings that are too wide are broken after ``_`` and ``.``, and long texts are shortened. If
    this is not enough, columns are left out from the right, or the table is turned: a line per
    column, and side by side as many rows as there is room for.

    Parameters
    ----------
    columns : sequence of TextColumn
        The columns, from left to right.
    width : int
        Width of the terminal.
    turn : bool
        Whether a table that is too wide is turned; else columns are left out.

    Returns
    -------
    lines : list of str
        The table.
    left_out : list of str
        Headings of the columns that are left out.
    """
    if _room([max(len(one.heading), one.widest) for one in columns]) <= width:
        return _straight(columns, [max(len(one.heading), one.widest) for one in columns]), []
    if turn and _room([_narrow(one, one.widest) for one in columns]) > width:
        return _turned(columns, width), []
    shown, left_out = list(columns), list[str]()
    limit = max((one.widest for one in columns), default=0)
    if _room([_narrow(one, limit) for one in shown]) > width:
        limit = SHORTENED
    while len(shown) > 1 and _room([_narrow(one, limit) for one in shown]) > width:
        last = max(range(len(shown)), key=lambda k: (shown[k].rank, k))
        left_out.append(shown.pop(last).heading)
    limit = min(limit, width)
    lines = _straight(shown, _widened(shown, [_narrow(one, limit) for one in shown], width))
    return lines, [one.heading for one in columns if one.heading in left_out]


def _room(widths: Sequence[int]) -> int:
    return sum(widths) + GAP * (len(widths) - 1)


def _pieces(heading: str) -> list[str]:
    """Return the parts of a heading between which it may be broken."""
    return re.findall(r"[^_.]*[_.]?", heading)[:-1] or [heading]


def _narrow(column: TextColumn, limit: int) -> int:
    """Return the least width of a column whose cells are shortened to `limit`."""
    return max(min(column.widest, limit), *map(len, _pieces(column.heading)))


def _widened(columns: Sequence[TextColumn], widths: Sequence[int], width: int) -> list[int]:
    """Return widths that use the room that is left for headings in fewer lines."""
    found = list(widths)
    while True:
        spare = width - _room(found)
        heights = [
            len(_heading_lines(one.heading, w)) for one, w in zip(columns, found, strict=True)
        ]
        for k in sorted(range(len(found)), key=lambda k: -heights[k]):
            wider = range(found[k] + 1, found[k] + spare + 1)
            heading = columns[k].heading
            fewer = [w for w in wider if len(_heading_lines(heading, w)) < heights[k]]
            if fewer:
                found[k] = fewer[0]
                break
        else:
            return found


def _heading_lines(heading: str, width: int) -> list[str]:
    """Return a heading in as few lines as possible."""
    lines = [""]
    for piece in _pieces(heading):
        if lines[-1] and len(lines[-1]) + len(piece) > width:
            lines.append("")
        lines[-1] += piece
    return lines


def _straight(columns: Sequence[TextColumn], widths: Sequence[int]) -> list[str]:
    """Return a line per row, below the headings."""
    heads = [_heading_lines(one.heading, width) for one, width in zip(columns, widths, strict=True)]
    height = max(map(len, heads), default=0)
    heads = [[""] * (height - len(one)) + one for one in heads]
    padded = [
        [_cut(cell, width).ljust(width) for cell in (*head, *one.cells)]
        for head, one, width in zip(heads, columns, widths, strict=True)
    ]
    return [(" " * GAP).join(row).rstrip() for row in zip(*padded, strict=True)]


def _turned(columns: Sequence[TextColumn], width: int) -> list[str]:
    """Return a line per column, for as many rows at a time as there is room for."""
    names = [_cut(one.heading, WIDEST_NAME) for one in columns]
    first = max(map(len, names))
    rows = list(zip(*(one.cells for one in columns), strict=True))
    room = max(width - first - GAP, 8)
    lines: list[str] = []
    while rows:
        widths: list[int] = []
        for row in rows:
            wide = min(max(map(len, row)), room)
            if widths and sum(widths) + GAP * len(widths) + wide > room:
                break
            widths.append(wide)
        here, rows = rows[: len(widths)], rows[len(widths) :]
        if lines:
            lines.append("")
        for k, name in enumerate(names):
            parts = [_wrapped(row[k], wide) for row, wide in zip(here, widths, strict=True)]
            for line in range(max(map(len, parts))):
                texts = [name if line == 0 else "", *(_at(part, line) for part in parts)]
                pairs = zip(texts, (first, *widths), strict=True)
                lines.append((" " * GAP).join(text.ljust(w) for text, w in pairs).rstrip())
    return lines


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_on_hyphens=False) or [""]


def _at(lines: Sequence[str], place: int) -> str:
    return lines[place] if place < len(lines) else ""


def _cut(text: str, width: int) -> str:
    """Return a text in a single line, shortened to this width."""
    text = " ".join(text.split("\n")) if "\n" in text else text
    return text if len(text) <= width else text[: width - 1] + ELLIPSIS


def show(columns: Sequence[TextColumn], *, turn: bool, notes: Sequence[str], hint: str) -> None:
    """Print a table that fits into the terminal, with notes and the names of omitted columns."""
    import typer

    width = terminal_width()
    lines, left_out = lines_of(columns, width, turn=turn)
    typer.echo("\n".join(lines))
    if left_out:
        notes = [*notes[:1], f"no room for {', '.join(left_out)}; {hint}", *notes[1:]]
    for note in notes:
        typer.echo("\n".join(textwrap.wrap(note, max(width, 20), break_on_hyphens=False)))
