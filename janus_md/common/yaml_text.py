"""Reading of YAML, with errors as one sentence."""

from __future__ import annotations

import warnings
from typing import Any, Literal


class NotYaml(Exception):
    """A text is not valid YAML.

    Attributes
    ----------
    reason : str
        Short description of the fault.
    line : int or None
        Line of the fault, counted from 1.
    whole : str
        Full message of the parser, in one line.
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
        ``safe``: Python's types; ``rt``: maps and lists with line numbers.

    Raises
    ------
    NotYaml
        If the text is not valid YAML, has a duplicate key, or a map or list contains itself.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLWarning

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", YAMLWarning)  # for example about a repeated anchor
            # Nodes first: the parser would lose a part of a map that contains itself.
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
        # The parser raises errors of any type for unusual input, such as a map as a key.
        reason = " ".join(str(error).split()) or type(error).__name__
        raise NotYaml(reason, None, reason) from error


def _refuse_loops(node: Any, above: tuple[Any, ...] = (), done: set[int] | None = None) -> None:
    done = set() if done is None else done
    if any(node is one for one in above):
        reason = "a map or list must not contain itself by an alias"
        raise NotYaml(reason, node.start_mark.line + 1, reason)
    if id(node) in done or not isinstance(getattr(node, "value", None), list):
        return
    for item in node.value:
        for part in item if isinstance(item, tuple) else (item,):
            _refuse_loops(part, (*above, node), done)
    done.add(id(node))
