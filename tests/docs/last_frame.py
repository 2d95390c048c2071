"""Draw the last frame of a job for the documentation.

``python -m tests.docs.last_frame WORKSPACE docs/images/NAME.png FILTER ... [--least 2]``
"""

from __future__ import annotations

import argparse
from pathlib import Path

from janus_md import open_project, table
from janus_md.analysis.pictures.beads import draw_beads


def main() -> None:
    """Draw the last frame of the first job that matches the filters."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("picture", type=Path)
    parser.add_argument("filters", nargs="*", help="as for janus-md query")
    parser.add_argument(
        "--least", type=int, default=1, help="bodies in the smallest aggregate drawn"
    )
    asked = parser.parse_args()
    job = table(open_project(asked.workspace), asked.filters)["job"].iloc[0]
    trajectory = asked.workspace / "workspace" / job / "trajectory.gsd"
    draw_beads(trajectory, asked.picture, asked.least)


if __name__ == "__main__":
    main()
