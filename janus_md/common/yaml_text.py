"""YAML as text: what the reader says of a file that it cannot read, in one sentence."""

from __future__ import annotations

import warnings
from typing import Any, Literal


class NotYaml(Exception):
    """A text that cannot be read as YAML.

    Attributes
    ----------
    reason : str
        What is wrong, in short.
    line : int or None
        Line where it is, counted from 1.
    whole : str
        All that the reader says, in one line.
    """

    def __init__(self, reason: str, line: int | None, whole: str) -> None:
        super().__init__(whole)
        self.reason, self.line, self.whole = reason, line, whole


def load(text: str, kind: Literal["safe", "rt"]) -> Any:
    """Read YAML.

    Parameters
    ----------
    text : str
        The text.
    kind : str
        ``safe``: Python's own types; ``rt``: maps and lists that know their lines.

    Raises
    ------
    NotYaml
        If it is not YAML, has a key twice, or a map or list holds itself.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLWarning

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", YAMLWarning)  # such as of an anchor's name used twice
            # first its nodes alone: of a map that holds itself, the reader would lose a part
            _refuse_loops(YAML(typ=kind, pure=True).compose(text))
            return YAML(typ=kind, pure=True).load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark
        reason = str(error.problem or error.context).splitlines()[0]
        whole = " ".join(str(error).split())
        raise NotYaml(reason, mark.line + 1 if mark else None, whole) from error
    except NotYaml:
        raise
    except Exception as error:
        # the reader meets what it did not foresee, such as a map as a key, with errors of any type
        reason = " ".join(str(error).split()) or type(error).__name__
        raise NotYaml(reason, None, reason) from error


def _refuse_loops(node: Any, above: tuple[Any, ...] = (), done: set[int] | None = None) -> None:
    done = set() if done is None else done
    if any(node is one for one in above):
        reason = "a map or list must not hold itself by an alias"
        raise NotYaml(reason, node.start_mark.line + 1, reason)
    if id(node) in done or not isinstance(getattr(node, "value", None), list):
        return
    for item in node.value:
        for part in item if isinstance(item, tuple) else (item,):
            _refuse_loops(part, (*above, node), done)
    done.add(id(node))
