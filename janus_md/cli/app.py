"""The command line: `janus-md`."""

from __future__ import annotations

import gc
import signal
import sys
from typing import Annotated

import typer

from janus_md import __version__
from janus_md.cli.analyze import analyze
from janus_md.cli.archive import archive
from janus_md.cli.associate import associate
from janus_md.cli.calibrate import calibrate
from janus_md.cli.catalog import catalog
from janus_md.cli.doctor import doctor
from janus_md.cli.export import export
from janus_md.cli.extend import extend
from janus_md.cli.init import init
from janus_md.cli.methods import methods
from janus_md.cli.particle import particle
from janus_md.cli.query import query
from janus_md.cli.release import release
from janus_md.cli.remove import remove
from janus_md.cli.report import report
from janus_md.cli.reproduce import reproduce
from janus_md.cli.rows import aggregates, frames, wires
from janus_md.cli.run import run
from janus_md.cli.schema import schema
from janus_md.cli.status import status
from janus_md.cli.submit import submit
from janus_md.cli.view import view
from janus_md.common import crash, encoding

PRINTING = ("catalog", "calibrate", "associate", "schema", "doctor", "status", "query", "wires",
    "frames", "aggregates", "methods",
)  # fmt: skip
"""Commands that only print: SIGPIPE ends them when their output is closed."""

app = typer.Typer(
    name="janus-md",
    help="Sweeps of simulations of Janus rigid bodies, and the nanowires in them.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (
    catalog,
    particle,
    calibrate,
    associate,
    init,
    run,
    extend,
    submit,
    status,
    query,
    wires,
    frames,
    aggregates,
    report,
    export,
    view,
    methods,
    archive,
    remove,
    analyze,
    release,
    reproduce,
    schema,
    doctor,
):
    paragraphs = (command.__doc__ or "").split("\n\n")
    # The terminal wraps the lines, not the source.
    app.command(help="\n\n".join(" ".join(one.split()) for one in paragraphs))(command)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"janus-md {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Sweeps of simulations of Janus rigid bodies, and the nanowires in them."""


def main() -> None:
    """Run the command line.

    An error that the user can resolve prints one sentence, with exit code 2. Unexpected errors
    write a report, with exit code 70. Exit code 1 is that of `run` if a job has failed.
    """
    encoding.settle()
    if sys.argv[1:2] and sys.argv[1] in PRINTING:  # like other tools, in `janus-md query | head`
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    # 10^4 jobs have 10^6 values, none of them garbage: collect rarely.
    gc.set_threshold(1_000_000, 20, 100)
    try:
        app()
    except Exception as error:
        sys.exit(crash.end("janus-md", error, crash.directories(sys.argv)))
