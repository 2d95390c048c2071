"""Errors that a user can cause, each with a message of one sentence."""


class JanusError(Exception):
    """A request of the user cannot be fulfilled.

    The message is one sentence that names the key, the value and what is allowed. The command line
    prints it and exits with code 2.
    """


class SimulationFailed(JanusError):
    """A simulation stopped because its values were no longer physical.

    Attributes
    ----------
    step : int
        Step at which the failure was detected.
    last_good_frame : int
        Index of the last physical frame of the trajectory (-1: none).
    """

    def __init__(self, message: str, step: int, last_good_frame: int) -> None:
        super().__init__(message)
        self.step = step
        self.last_good_frame = last_good_frame


class ToBeContinued(JanusError):
    """A simulation or analysis was stopped; a later run continues it."""
