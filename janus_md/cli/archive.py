"""The command `archive`: one file with the results of a workspace."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from janus_md.cli.options import Allow, Directory, Filters
from janus_md.common.errors import JanusError
from janus_md.common.messages import count


def archive(
    file: Annotated[
        Path,
        typer.Argument(help="Name of the archive: .zip, .tar, .tar.gz, .tgz or .tar.xz."),
    ],
    filters: Filters = None,
    directory: Directory = Path(),
    trajectories: Annotated[
        bool,
        typer.Option("--trajectories", help="Include trajectories and checkpoints."),
    ] = False,
    allow: Allow = None,
) -> None:
    """Write the jobs that match all FILTERS to one FILE, to publish or keep them.

    It contains state points, copies of the particles, results (tables, logs and averages), the
    report with its figures, versions of the software, checksums and a README. The extracted folder
    is a workspace, on which `query` and `report` work.
    """
    import io

    from rich.console import Console

    from janus_md.cli import troubles
    from janus_md.cli.output import write_csv
    from janus_md.running.jobs import archive as archives
    from janus_md.workspace import query

    archives.check_name(file)
    project = query.open_project(directory)
    records = query.matching_records(project, filters or [])
    damaged = troubles.of(records)
    records = [one for one in records if not one.trouble]
    if not records:
        troubles.tell(damaged, project)
        raise JanusError("filter: all jobs are damaged; there is nothing to archive")
    rows = query.columns(project, allow=allow or ())
    chosen = {one.id for one in records}
    rows = rows.keep([job in chosen for job in rows["job"]])
    table = io.StringIO()
    names = query.all_columns(rows)
    write_csv(table, names, rows.rows(names))
    found = archives.write(file, project, records, table.getvalue(), trajectories=trajectories)
    troubles.tell(damaged, project)
    console = Console(highlight=False, soft_wrap=True)
    if not found.report:
        console.print("no report is included; janus-md report writes one", markup=False)
    size = file.stat().st_size
    told = f"{size / 1e6:.3g} MB" if size >= 1e5 else f"{size / 1e3:.3g} kB"
    console.print(
        f"{file.resolve()}: {count(len(records), 'job')}, {count(found.files, 'file')}, {told}",
        markup=False,
    )
