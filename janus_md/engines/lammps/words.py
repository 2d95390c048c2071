"""Formatting of LAMMPS commands."""

from __future__ import annotations

from numbers import Integral, Real


def line(*words: object) -> str:
    """Return a command of LAMMPS.

    ``repr`` of a number keeps all digits, but that of a NumPy scalar is ``np.float64(3.99)``, which
    LAMMPS cannot read. All numbers are therefore converted to built-in types.

    Parameters
    ----------
    *words : str, int, float, or a scalar of NumPy
        Name of the command and its arguments. Empty text is left out.

    Raises
    ------
    TypeError
        For anything else, arrays among them.
    """
    return " ".join(text for word in words if (text := _word(word)))


def _word(value: object) -> str:
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Integral):
        return repr(int(value))
    if isinstance(value, Real):
        return repr(float(value))
    raise TypeError(f"{value!r} is not allowed in a LAMMPS command")
