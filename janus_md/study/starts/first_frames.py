"""Starts from a frame of another job or of a GSD file: settings under `start` with ``kind: from``.

`janus-md init` copies the frame to ``starts/DIGEST.gsd`` in the workspace. The state point contains
the digest, so that it does not depend on the file or the other job, which may change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from janus_md.common.errors import JanusError
from janus_md.common.prefixes import only
from janus_md.common.settings import Settings, neutral
from janus_md.model.first_frame import FirstFrame
from janus_md.model.setup import Setup
from janus_md.study.box import density_of
from janus_md.study.starts import frame_copies
from janus_md.study.statepoint import StatePoint
from janus_md.study.statepoint_errors import BadStatePoint

_DENSITY_DIGITS = 9
_RATIO_DIGITS = 7
_ID_LENGTH = 32

BOX_TOLERANCE = 1e-5
"""Relative difference up to which the box of a frame is that of the state point. GSD files contain
single precision."""

_folders: dict[str, Path] = {}
"""Folder of the template, and that of the workspace."""


class FromSettings(Settings):
    """Settings of a start from a frame; exactly one of `job` and `file` is stated."""

    kind: Literal["from"] = "from"
    """Kind of start."""
    job: str | None = neutral(None)
    """Id of another job of this workspace, or the beginning of its id."""
    file: str | None = neutral(None)
    """A GSD file; its path is relative to the folder of the template."""
    frame: int = -1
    """Index of the frame, from 0; negative ones count from the end."""
    digest: str | None = neutral(None)
    """Digest of the frame; set by `janus-md init`."""


def is_from(start: Any) -> bool:
    """Return whether a start is a frame of another job or file."""
    return isinstance(start, Mapping) and start.get("kind") == "from"


def use_template_folder(folder: Path | None) -> None:
    """Set the folder to which paths of files are relative; None for the current folder."""
    _use("template", folder)


def use_workspace(folder: Path | None) -> None:
    """Set the workspace whose jobs and copies are used; None for none."""
    _use("workspace", folder)


def _use(which: str, folder: Path | None) -> None:
    if folder is None:
        _folders.pop(which, None)
    else:
        _folders[which] = folder.resolve()


def completed(data: Mapping[str, Any]) -> dict[str, Any]:
    """Read the frame of a start, and fill in what follows from it.

    The start gets the index of the frame and its digest. If they are missing, `n_bodies` becomes
    the number of bodies in the frame, and `number_density` and `box_ratio` are those of its box.

    Parameters
    ----------
    data : mapping
        Keys of a state point, with a start from a frame.

    Returns
    -------
    dict
        The keys with these values; unchanged if the start has a digest.

    Raises
    ------
    BadStatePoint
        If the file or job does not exist, is damaged or has no such frame.
    """
    start = _settings(data["start"])
    if start.digest is not None:
        return dict(data)
    path, job, key, what = _source(start)
    index, frame = frame_copies.read_frame(path, start.frame, key, what)
    digest = frame.digest()
    frame_copies.known[digest] = frame
    stored = FromSettings(job=job, frame=index, digest=digest).stored()
    found = {**data, "start": stored}
    found.setdefault("n_bodies", frame.n_bodies)
    if not {"volume_fraction", "number_density"} & {k for k, v in data.items() if v is not None}:
        density = frame.n_bodies / float(frame.box.prod())
        found["number_density"] = float(f"{density:.{_DENSITY_DIGITS}g}")
        ratio = frame.box / frame.box.min()
        if "box_ratio" not in data and not np.allclose(ratio, 1.0, rtol=1e-6):
            found["box_ratio"] = [round(float(one), _RATIO_DIGITS) for one in ratio]
    return found


def _settings(start: Mapping[str, Any]) -> FromSettings:
    """Read the settings of a start.

    Raises
    ------
    BadStatePoint
        If they are not valid.
    """
    from janus_md.study.registered_settings import read_model
    from janus_md.study.statepoint_errors import WrongValue

    try:
        found = read_model("start", FromSettings, dict(start))
    except WrongValue as error:
        raise BadStatePoint(error.key, error.text) from error
    if trouble := fault(found):
        raise BadStatePoint("start", f"start: {trouble}")
    return found


def fault(start: FromSettings) -> str:
    """Return what is wrong with the combination of settings; empty if nothing is."""
    if start.digest is not None:
        return "" if start.file is None else "file is not allowed together with digest"
    if (start.job is None) == (start.file is None):
        given = "neither" if start.job is None else "both"
        return f"{given} of job and file is given; exactly one must be"
    return ""


def _source(start: FromSettings) -> tuple[Path, str | None, str, str]:
    """Return the file of a start, the id of its job, the key at fault, and a name for messages.

    Raises
    ------
    BadStatePoint
        If there is no such job or file.
    """
    if start.file is not None:
        path = _folders.get("template", Path.cwd()) / Path(start.file).expanduser()
        return path, None, "start.file", f"file {str(path)!r}"
    key, name = "start.job", str(start.job)
    workspace = _folders.get("workspace", Path.cwd()) / "workspace"
    known = [path.name for path in workspace.glob("*") if len(path.name) == _ID_LENGTH]
    try:
        job = only(key, name, known, str(workspace.parent))
    except JanusError as error:
        raise BadStatePoint(key, str(error)) from error
    path = workspace / job / "trajectory.gsd"
    if not path.exists():
        raise BadStatePoint(
            key, f"{key}: {name!r} has no complete trajectory; it must be simulated first"
        )
    return path, job, key, f"job {job}"


def known(digest: str) -> FirstFrame:
    """Return a frame that this process has read, or that is in the workspace in use.

    Raises
    ------
    BadStatePoint
        If there is none.
    """
    if digest not in frame_copies.known:
        frame_copies.known[digest] = frame_copies.frames_in(_folders.get("workspace", Path.cwd()))(
            digest
        )
    return frame_copies.known[digest]


def fitting(point: StatePoint, setup: Setup, frames: frame_copies.Frames) -> FirstFrame:
    """Return the frame in which the run starts, with kinds as in the setup.

    Raises
    ------
    BadStatePoint
        If it has other bodies, another number of them, or another box.
    """
    if not point.first_frame:
        raise BadStatePoint("start.digest", "start.digest: is missing; `janus-md init` sets it")
    frame = frames(point.first_frame)
    there, here = frame.counts(), dict(zip(sorted(point.composition()), setup.counts, strict=True))
    if there.keys() != here.keys():
        key = "particle" if point.mixture is None else "mixture"
        raise BadStatePoint(
            key,
            f"{key}: the frame (start) has bodies of {' and '.join(there)}, but the state point "
            f"has {' and '.join(here)}; they must be the same",
        )
    if there != here:
        key, told = "n_bodies", f"{point.n_bodies}"
        numbers = str(frame.n_bodies)
        if frame.n_bodies == point.n_bodies:
            key, told = "mixture", ", ".join(f"{n} {name}" for name, n in here.items())
            numbers = ", ".join(f"{n} {name}" for name, n in there.items())
        raise BadStatePoint(key, f"{key}: {told} is not allowed; the frame (start) has {numbers}")
    if not np.allclose(setup.box[:3], frame.box, rtol=BOX_TOLERANCE, atol=0.0):
        key, density = density_of(point)
        edges, wanted = (" x ".join(f"{x:.5g}" for x in one) for one in (setup.box[:3], frame.box))
        raise BadStatePoint(
            key,
            f"{key}: {density:g} makes a box of {edges} nm, but that of the frame "
            f"(start) is {wanted} nm; leave out the density and box_ratio to use this one",
        )
    order = np.array([sorted(here).index(name) for name in frame.names], np.int32)
    return replace(frame, names=tuple(sorted(here)), kinds=order[frame.kinds])
