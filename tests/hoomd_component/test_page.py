"""The page docs/component.md: its script runs as it stands."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from janus_md.engines.base import Engine
from tests.conftest import ROOT


def test_the_script_of_the_page_runs(with_component: Engine, tmp_path: Path) -> None:
    page = (ROOT / "docs" / "component.md").read_text(encoding="utf-8")
    (script,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (tmp_path / "script.py").write_text(script, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = re.search(r"energy after 25 ps: (-?[\d.]+) kJ/mol", done.stdout)
    assert found, done.stdout
    # dipoles of 64 bodies attract each other; two sites at contact would give thousands
    assert -5000.0 < float(found[1]) < 100.0
