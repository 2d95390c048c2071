"""Messages of a worker to the process that started it."""

from __future__ import annotations

import json
import os
import sys
from typing import Any


class Reporter:
    """Writes messages to a pipe, and detects that its reader has ended.

    Without a pipe, messages, warnings and the choice of the device are written to standard error,
    and progress is discarded.

    Attributes
    ----------
    reader_ended : bool
        Whether the process that reads the pipe has ended.
    """

    def __init__(self, descriptor: int | None) -> None:
        self._descriptor = descriptor
        self.reader_ended = False

    def send(self, **message: Any) -> None:
        """Send one message."""
        if self._descriptor is None:
            if "message" in message:
                print(message["message"], file=sys.stderr, flush=True)
            elif "warning" in message:
                print(f"warning: {message['warning']}", file=sys.stderr, flush=True)
            elif message.get("choice"):
                print(message["choice"], file=sys.stderr, flush=True)
            return
        try:
            os.write(self._descriptor, json.dumps(message).encode() + b"\n")
        except OSError:
            self.reader_ended = True  # the worker then writes a checkpoint and stops
