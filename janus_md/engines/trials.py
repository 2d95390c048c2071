"""Trials: short runs that measure the speed of an engine with a mesh and a neighbour list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from janus_md.common.clock import Clock
from janus_md.engines import ranks
from janus_md.engines.base import Device, Engine
from janus_md.engines.mesh import Coulomb
from janus_md.model.dynamics import Bath
from janus_md.model.system import System

GENTLE_SHARE, GENTLEST = 0.1, 0.01
"""Time step of a trial relative to that of the run, and its largest value in ps, if the bodies
are too close for the time step of the run."""

NEAR = 0.85
"""Speed relative to the best one from which a kind of neighbour list is tried with other meshes."""

FINALISTS, ROUNDS = 2, 2
"""Number of candidates that are timed again, and how many times, in turn."""

_WARM_UP = 5  # steps
GPU_WARM_UP_SECONDS = 2.0
"""Wall time of the steps before a trial on a GPU, s. HOOMD-blue first tries several launch
parameters of its kernels."""

_SECONDS = 0.07
_STEPS = 100  # neighbour lists are rebuilt every 10 to 30 steps, which must be part of the trial
_MOST_SECONDS = 1.0


@dataclass(frozen=True)
class Candidate:
    """A mesh or cutoff, and a kind of neighbour list."""

    mesh: Coulomb | None
    neighbour_list: str


@dataclass(frozen=True)
class Trials:
    """Trials of one engine from one state.

    Attributes
    ----------
    engine : Engine
        Engine of the run.
    system : System
        First state of each trial.
    bath : Bath
        Bath of the run.
    time_step : float
        Time step of the run, ps. It determines how often neighbour lists are rebuilt.
    device : Device
        Device of the run.
    clock : Clock
        Clocks of the measurement.
    """

    engine: Engine
    system: System
    bath: Bath
    time_step: float
    device: Device
    clock: Clock

    def fastest(
        self, meshes: Sequence[Coulomb | None], is_over: Callable[[], bool]
    ) -> tuple[float, Candidate]:
        """Return the fastest of `meshes` with its neighbour list, and steps per second.

        Kinds of neighbour lists that are much slower than the best are not tried with further
        meshes. The fastest candidates are timed again in turn, and the best time of each counts,
        since other processes on the machine only make trials slower.

        Parameters
        ----------
        meshes : sequence of Mesh, CoulombCutoff or None
            Meshes or cutoffs, the most promising first.
        is_over : callable
            True ends the trials after the first one.
        """
        lists = list(self.engine.neighbour_lists)
        speeds: dict[Candidate, float] = {}
        for mesh in meshes:
            for candidate in [Candidate(mesh, one) for one in lists]:
                if not speeds or not is_over():
                    speeds[candidate] = self.speed(candidate)
            enough = NEAR * max(speeds.values())
            lists = [one.neighbour_list for one in speeds if speeds[one] >= enough]
            lists = list(dict.fromkeys(lists))
        for _ in range(ROUNDS if len(speeds) > 1 else 0):
            for candidate in sorted(speeds, key=lambda one: -speeds[one])[:FINALISTS]:
                if not is_over():
                    speeds[candidate] = max(speeds[candidate], self.speed(candidate))
        best = max(speeds, key=lambda one: speeds[one])
        return speeds[best], best

    def speed(self, candidate: Candidate) -> float:
        """Return steps per second, with a shorter time step if the bodies are too close.

        On one core, CPU time is used, which does not depend on other processes.
        """
        try:
            return self._speed(candidate, self.time_step)
        except ArithmeticError:
            return self._speed(candidate, min(GENTLE_SHARE * self.time_step, GENTLEST))

    def _speed(self, candidate: Candidate, time_step: float) -> float:
        alone = self.device.kind == "cpu" and self.device.threads == 1 and ranks.size() == 1
        now = self.clock.processor if alone else self.clock.wall
        device = replace(self.device, neighbour_list=candidate.neighbour_list)
        system = self.system if self.system.velocities is not None else _at_rest(self.system)
        simulation = self.engine.start(
            system, self.bath, time_step, candidate.mesh, seed=1, device=device
        )
        try:
            simulation.advance(_WARM_UP)
            end = self.clock.wall() + GPU_WARM_UP_SECONDS
            while self.device.kind == "gpu" and self.clock.wall() < end:
                simulation.advance(_STEPS)
            steps, spent, batch = 0, 0.0, 10
            while spent < (_SECONDS if steps >= _STEPS else _MOST_SECONDS):
                begin = now()
                simulation.advance(batch)
                spent += now() - begin
                steps += batch
                batch = min(2 * batch, 1000)
            return steps / spent
        finally:
            simulation.close()


def _at_rest(system: System) -> System:
    still = np.zeros((system.n_bodies, 3))
    return replace(system, velocities=still, angular_momenta=still)
