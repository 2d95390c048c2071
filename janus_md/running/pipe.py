"""Messages of a worker to the process that started it."""

from __future__ import annotations

import json
import os
import sys
from typing import Any


class Reporter:
    """Writes messages to the pipe, and notices when its reader has gone.

    Without a pipe, messages and warnings go to the standard error stream; progress is dropped.

    Attributes
    ----------
    alone : bool
        Whether the reader has gone.
    """

    def __init__(self, descriptor: int | None) -> None:
        self._descriptor = descriptor
        self.alone = False

    def tell(self, **message: Any) -> None:
        """Send one message."""
        if self._descriptor is None:
            if "message" in message:
                print(message["message"], file=sys.stderr, flush=True)
            elif "warning" in message:
                print(f"warning: {message['warning']}", file=sys.stderr, flush=True)
            return
        try:
            os.write(self._descriptor, json.dumps(message).encode() + b"\n")
        except OSError:
            self.alone = True  # the starting process has gone: stop in a checkpoint
