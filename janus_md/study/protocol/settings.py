"""Settings of the protocol of a state point."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import field_validator, model_validator

from janus_md.common.settings import NotNegative, Positive, Settings, neutral
from janus_md.model.units import PS_PER_NS
from janus_md.study.protocol.changes import QUANTITIES, StageSettings
from janus_md.study.statepoint_errors import WrongValue

LENGTHS = ("relax_ps", "equilibrate_ns", "produce_ns", "frame_interval_ps")
"""Keys of the protocol that do not affect the seed: a longer run extends the same one."""


def _is_multiple(value: float, unit: float) -> bool:
    """Whether `value` is a positive integer multiple of `unit`, apart from rounding errors."""
    ratio = value / unit
    return round(ratio) >= 1 and abs(ratio - round(ratio)) < 1e-6 * ratio


class ProtocolSettings(Settings):
    """Stages of the run and their numbers."""

    name: Literal["langevin", "brownian", "nve"] = "langevin"
    """Equations of motion of equilibration and production."""
    time_step_ps: Positive | None = None
    """Time step, ps; null, or left out: `janus-md init` stores a third of the largest stable step
    or of the shortest damping time, whichever is smaller, rounded down to a divisor of
    `frame_interval_ps`."""
    damping_ps: Positive = 5.0
    """Damping time of translation and rotation if `viscosity` is null, ps."""
    relax_ps: NotNegative = 20.0
    """Length of the relaxation, ps; its time step is a tenth of `time_step_ps`."""
    equilibrate_ns: NotNegative = 0.0
    """Length of the equilibration, from which no frames are kept, ns."""
    produce_ns: Positive = 8.0
    """Length of the production, a whole number of frame intervals, ns."""
    frame_interval_ps: Positive = 20.0
    """Time between frames, a whole number of time steps, ps."""

    stages: tuple[StageSettings, ...] = neutral(())
    """Stages of the production, in which conditions change, one after the other. Those at the end
    of the last stage stay until `produce_ns`, which is by default the sum of the lengths."""

    @field_validator("stages", mode="before")
    @classmethod
    def _read_stages(cls, given: Any) -> Any:
        from janus_md.study.registered_settings import read_model

        if not isinstance(given, list | tuple):
            return given
        read = [
            one if isinstance(one, StageSettings) else read_model(_key(k, one), StageSettings, one)
            for k, one in enumerate(given)
        ]
        names = [one.name for one in read]
        for k, name in enumerate(names):
            if name in names[:k]:
                raise WrongValue("protocol.stages", f"there are two stages {name}")
        return tuple(read)

    @model_validator(mode="before")
    @classmethod
    def _whole_length(cls, data: Any) -> Any:
        if not isinstance(data, Mapping) or not data.get("stages") or "produce_ns" in data:
            return data
        lengths = [_length(one) for one in data["stages"]]
        if None in lengths:
            return data
        return {**data, "produce_ns": round(sum(one or 0.0 for one in lengths), 9)}

    @model_validator(mode="after")
    def _whole_stages(self) -> ProtocolSettings:
        for stage in self.stages:
            key = f"protocol.stages.{stage.name}"
            if not _is_multiple(stage.length_ns * PS_PER_NS, self.frame_interval_ps):
                raise WrongValue(
                    f"{key}.length_ns",
                    f"{stage.length_ns:g} must be a whole number of frame intervals "
                    f"(protocol.frame_interval_ps is {self.frame_interval_ps:g})",
                )
        total = sum(stage.length_ns for stage in self.stages)
        if total > self.produce_ns * (1.0 + 1e-9):
            raise WrongValue(
                "protocol.produce_ns",
                f"{self.produce_ns:g} must be at least {total:g}, the length of all stages",
            )
        return self

    @model_validator(mode="after")
    def _whole_numbers(self) -> ProtocolSettings:
        if self.time_step_ps is not None and not _is_multiple(
            self.frame_interval_ps, self.time_step_ps
        ):
            raise WrongValue(
                "protocol.frame_interval_ps",
                f"{self.frame_interval_ps:g} must be a whole number of time steps "
                f"(protocol.time_step_ps is {self.time_step_ps:g})",
            )
        if not _is_multiple(self.produce_ns * PS_PER_NS, self.frame_interval_ps):
            raise WrongValue(
                "protocol.produce_ns",
                f"{self.produce_ns:g} must be a whole number of frame intervals "
                f"(protocol.frame_interval_ps is {self.frame_interval_ps:g})",
            )
        return self

    def stored(self) -> dict[str, Any]:
        """Return the settings as plain JSON values, without stages if there are none."""
        found = super().stored()
        if self.stages:
            found["stages"] = [stage.stored() for stage in self.stages]
        return found


def of_seed(stored: dict[str, Any]) -> dict[str, Any]:
    """Return what affects the seed in a stored protocol: all but names and lengths.

    The length of a stage in which conditions change is part of the physics; that of stages after
    the last change is not.
    """
    found = {key: value for key, value in stored.items() if key not in LENGTHS}
    if "stages" not in found:
        return found
    stages = [dict(one) for one in found.pop("stages")]
    while stages and not set(stages[-1]) & set(QUANTITIES):
        stages.pop()
    for stage in stages:
        del stage["name"]
    return found | ({"stages": stages} if stages else {})


def _key(number: int, stage: Any) -> str:
    """Return the key of a stage: its name, or its number if it has none."""
    name = stage.get("name") if isinstance(stage, Mapping) else None
    return f"protocol.stages.{name if isinstance(name, str) else number}"


def _length(stage: Any) -> float | None:
    """Return the length of a stage that may not have been read yet; None if it has none."""
    if isinstance(stage, StageSettings):
        return stage.length_ns
    found = stage.get("length_ns") if isinstance(stage, Mapping) else None
    return float(found) if isinstance(found, int | float) else None
