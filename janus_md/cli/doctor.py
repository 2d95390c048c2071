"""The command `doctor`: check of the installation."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from janus_md.cli.printing import print_json


def doctor(
    directory: Annotated[
        Path, typer.Option("--directory", "-d", help="A workspace, whose plugins are tried.")
    ] = Path(),
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check engines, devices, schedulers, versions and plugins, and give advice.

    The exit code is 1 if nothing can be simulated.
    """
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from janus_md.common import plugins
    from janus_md.running.doctor import examine

    plugins.use(directory)
    findings = examine()
    if json:
        print_json([vars(one) for one in findings])
    else:
        table = Table(box=None)
        for heading in ("what", "here", "advice"):
            table.add_column(heading, overflow="fold")
        for one in findings:
            style = {"ok": "green", "missing": "yellow", "broken": "red"}[one.state]
            here = f"[{style}]{one.state}[/] {escape(one.here)}".rstrip()
            table.add_row(one.what, here, escape(one.advice))
        Console().print(table)
    if not any(one.what.startswith("engine") and one.state == "ok" for one in findings):
        raise typer.Exit(1)
