"""Registry of schedulers, and the selection of one.

Each scheduler of this package is a folder beside this file that defines ``SCHEDULER``. Other
packages add schedulers with the entry-point group ``janus_md.schedulers``, and a workspace with
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
"""Name for the scheduler that is installed on this machine."""


def get(name: str) -> Scheduler:
    """Return the scheduler with this name.

    Raises
    ------
    JanusError
        If there is none, or its attribute `name` differs.
    """
    found = SCHEDULERS.get(name)
    if found.name != name:
        raise JanusError(f"scheduler {name}: its name is {found.name!r}; it must be {name!r}")
    return found


def known() -> list[Scheduler]:
    """Return all schedulers, in the order of decreasing :attr:`Scheduler.precedence`."""
    return sorted(map(get, SCHEDULERS), key=lambda one: -one.precedence)


def available() -> list[Scheduler]:
    """Return the schedulers that are installed on this machine, by decreasing precedence."""
    return [one for one in known() if one.here()]


def used(root: Path) -> list[Scheduler]:
    """Return the installed schedulers to which jobs of a workspace were ever submitted."""
    return [one for one in available() if (root / one.folder).is_dir()]


def of_entry(name: str | None, root: Path) -> Scheduler | None:
    """Return the scheduler named in a job document; None if it is unknown.

    Documents of earlier versions name no scheduler. For them it is the one whose folder the
    workspace has.
    """
    if name is not None:
        return SCHEDULERS.find(name)
    return next((one for one in known() if (root / one.folder).is_dir()), None)


def check(name: str) -> None:
    """Check that a name is that of a scheduler or :data:`AUTO`.

    Raises
    ------
    JanusError
        If it is not; with the allowed names.
    """
    if name != AUTO and name not in SCHEDULERS:
        raise JanusError(unknown("--scheduler", name, (AUTO, *SCHEDULERS)))


def choose(name: str = AUTO, of_cluster: str | None = None) -> Scheduler:
    """Return the scheduler to submit to.

    Parameters
    ----------
    name : str
        Name given by the user.
    of_cluster : str, optional
        Name in the description of the cluster, used if `name` is :data:`AUTO`.

    Returns
    -------
    Scheduler
        If neither names one, the scheduler that is installed on this machine. If none is installed,
        the one with the highest precedence (its :meth:`Scheduler.here` is False).

    Raises
    ------
    JanusError
        If the name is unknown.
    """
    check(name)
    if name == AUTO and of_cluster is None:
        return (available() or known())[0]
    return get(of_cluster if name == AUTO and of_cluster else name)
