"""Schedulers: one folder each, found by name, and the choice among them.

A scheduler of this package is a folder beside this file with ``SCHEDULER`` in it. Another package
adds one by an entry point of the group ``janus_md.schedulers``, a workspace by
``plugins/NAME.py`` (docs/add_a_scheduler.md).
"""

from __future__ import annotations

from pathlib import Path

from janus_md.common.errors import JanusError
from janus_md.common.messages import unknown
from janus_md.common.registry import Registry
from janus_md.running.cluster.schedulers.base import Scheduler

SCHEDULERS: Registry[Scheduler] = Registry(
    "scheduler", "janus_md.schedulers", "SCHEDULER", __name__, folders_alone=True
)

AUTO = "auto"
"""Stands for the scheduler whose programs are on this machine."""


def get(name: str) -> Scheduler:
    """Return the scheduler of this name.

    Raises
    ------
    JanusError
        Where there is none, or it calls itself something else.
    """
    found = SCHEDULERS.get(name)
    if found.name != name:
        raise JanusError(f"scheduler {name}: its name is {found.name!r}; it must be {name!r}")
    return found


def known() -> list[Scheduler]:
    """Return all schedulers, by :attr:`Scheduler.precedence`."""
    return sorted(map(get, SCHEDULERS), key=lambda one: -one.precedence)


def available() -> list[Scheduler]:
    """Return the schedulers whose programs are on this machine, by precedence."""
    return [one for one in known() if one.here()]


def used(root: Path) -> list[Scheduler]:
    """Return the schedulers on this machine that a workspace was ever submitted to."""
    return [one for one in available() if (root / one.folder).is_dir()]


def of_entry(name: str | None, root: Path) -> Scheduler | None:
    """Return the scheduler that a job's document names; None where it is not known here.

    Documents of earlier versions name none; theirs is the one whose folder the workspace has.
    """
    if name is not None:
        return SCHEDULERS.find(name)
    return next((one for one in known() if (root / one.folder).is_dir()), None)


def check(name: str) -> None:
    """Refuse a name that is neither a scheduler's nor :data:`AUTO`.

    Raises
    ------
    JanusError
        With the names that are allowed.
    """
    if name != AUTO and name not in SCHEDULERS:
        raise JanusError(unknown("--scheduler", name, (AUTO, *SCHEDULERS)))


def choose(name: str = AUTO, of_cluster: str | None = None) -> Scheduler:
    """Return the scheduler to submit to.

    Parameters
    ----------
    name : str
        What the user asks for.
    of_cluster : str, optional
        What the configuration of the cluster says; it counts where the user leaves it open.

    Returns
    -------
    Scheduler
        Where both leave it open, the one whose programs are on this machine; where there is none,
        the one with the highest precedence (its :meth:`Scheduler.here` is False).

    Raises
    ------
    JanusError
        Where the name is unknown.
    """
    check(name)
    if name == AUTO and of_cluster is None:
        return (available() or known())[0]
    return get(of_cluster if name == AUTO and of_cluster else name)
