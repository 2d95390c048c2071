"""`janus-md methods`: the paragraph says what ran, and only what was used is cited."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

from janus_md.papers.methods.references import entries
from tests.cli.test_app import refused
from tests.conftest import Result

Cli = Callable[..., Result]


def cited(text: str) -> list[str]:
    return re.findall(r"@([\w-]+)[;\]]", text)


def references(bibtex: str) -> list[str]:
    return re.findall(r"^@\w+\{([^,]+),$", bibtex, re.MULTILINE)


def test_what_ran_is_described(janus_md: Cli, place: Path) -> None:
    done = janus_md("methods", "-d", place)
    assert done.code == 0, done.err
    text, _, bibtex = done.out.partition("\n\n")
    assert max(map(len, text.splitlines())) <= 80
    text = " ".join(text.split())
    documents = [
        json.loads(path.read_text(encoding="utf-8"))
        for path in place.glob("workspace/*/signac_job_document.json")
    ]
    ran = [
        one["execution"] for one in documents if "force_error_at_end" in one.get("execution", {})
    ]
    assert len(ran) == 2
    assert "We simulated 2 state points with LAMMPS 20250722 [@thompson2022lammps]" in text
    bodies = ("0.5 R-1 and 0.5 S-1 or R-Au-Cu", "R-Au-Cu or 0.5 R-1 and 0.5 S-1")  # by job id
    assert any(f"12 rigid bodies of {one}" in text for one in bodies)
    assert "volume fraction of 0.01" in text
    assert (
        "Langevin dynamics [@schneider1978langevin] at 298.15 K with a damping time of 5 ps" in text
    )
    assert "a time step of 0.1 ps" in text
    errors = [max(one[key] for one in ran) for key in ("force_error", "force_error_at_end")]
    assert f"at most {errors[0]:.2g} kT/nm in the first frame and {errors[1]:.2g} kT/nm" in text
    assert "trajectories of 0.06 ns were recorded, with a frame every 2 ps" in text
    particles = ("R-1, S-1 and R-Au-Cu", "R-Au-Cu, R-1 and S-1")
    assert any(f"Values of {one}: Li et al.," in text for one in particles)
    assert references(bibtex) == list(dict.fromkeys(cited(text)))
    assert "hockney1988pppm" in cited(text)
    for unused in ("anderson2020hoomd", "lebard2012pppm", "yeh1999slab"):
        assert unused not in done.out
    for entry in bibtex.split("\n\n"):
        assert entry.count("{") == entry.count("}")
    assert "VERSION" not in bibtex


def test_without_charges_no_mesh_and_with_hoomd_no_lammps(janus_md: Cli, place: Path) -> None:
    """The documents are changed, as a run with HOOMD-blue without charges would write them."""
    for path in place.glob("workspace/*/signac_job_document.json"):
        found = json.loads(path.read_text(encoding="utf-8"))
        if "execution" in found:
            found["execution"] |= {"engine": "hoomd", "version": "4.8.2", "mesh": None}
            path.write_text(json.dumps(found), encoding="utf-8")
    text = janus_md("methods", "-d", place).out
    assert "HOOMD-blue 4.8.2" in text
    for unused in ("thompson2022lammps", "schneider1978", "hockney1988pppm", "kT/nm"):
        assert unused not in text


def test_latex_and_a_file_of_references(janus_md: Cli, place: Path, tmp_path: Path) -> None:
    done = janus_md(
        "methods", "particle=R-Au-Cu", "--latex", "--bib", tmp_path / "a.bib", "-d", place
    )
    assert done.code == 0, done.err
    assert r"LAMMPS 20250722~\cite{thompson2022lammps}" in done.out
    assert "@" not in done.out
    assert "R-1" not in done.out
    keys = re.findall(r"\\cite\{([^}]+)\}", done.out)
    names = list(dict.fromkeys(key for one in keys for key in one.split(",")))
    assert references((tmp_path / "a.bib").read_text(encoding="utf-8")) == names
    where = tmp_path / "none" / "a.bib"
    refused(janus_md("methods", "--bib", where, "-d", place), ["--bib", "does not exist"])


def test_without_a_finished_job_there_is_no_text(janus_md: Cli, place: Path) -> None:
    refused(janus_md("methods", "status=waiting", "-d", place), ["none of the 1 jobs"])
    refused(janus_md("methods", "particle=J6", "-d", place), ["no job matches particle=J6"])


def test_every_reference_has_what_bibtex_needs() -> None:
    assert len(entries()) >= 18
    for key, entry in entries().items():
        fields = set(re.findall(r"^  (\w+) = \{", entry, re.MULTILINE))
        assert {"author", "title"} <= fields, key
        assert {"year", "doi"} <= fields or "@software" in entry, key
        assert entry.count("{") == entry.count("}"), key
