"""Output that several commands share."""

from __future__ import annotations

from typing import Any

import typer


def print_json(data: Any) -> None:
    """Print data as JSON."""
    from janus_md.common.encoding import json_text

    typer.echo(json_text(data, indent=2))
