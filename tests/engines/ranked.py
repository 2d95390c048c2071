"""What the tests of ranks start under mpiexec: ``python -m tests.engines.ranked TASK ...``."""

from __future__ import annotations

import pickle
import sys
import traceback
from pathlib import Path

import numpy as np

from janus_md.engines import load, ranks
from janus_md.engines.distributed import dismiss, follow


def forces(engine: str, folder: str) -> None:
    """Energies and forces of the systems in a file, on all ranks."""
    ranks.join(2)
    if ranks.rank() > 0:
        sys.exit(follow())
    systems = pickle.loads((Path(folder) / "systems").read_bytes())
    found = [load(engine).energies_and_forces(system, mesh) for system, mesh in systems]
    (Path(folder) / "forces").write_bytes(pickle.dumps(found))
    dismiss(0)


def fail(folder: str) -> None:
    """Rank 1 fails while rank 0 waits for it in the middle of their work."""
    ranks.ABORT_SECONDS = 0.5
    ranks.join(2, last_words=(Path(folder) / "note").write_text)
    if ranks.rank() == 1:
        ranks.agree(ArithmeticError("not a number"))
    ranks.total(np.zeros(1))


if __name__ == "__main__":
    try:
        {"forces": forces, "fail": fail}[sys.argv[1]](*sys.argv[2:])
    except Exception:  # the other rank would wait for ever
        ranks.abort(traceback.format_exc())
