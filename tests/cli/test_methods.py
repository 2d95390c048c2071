"""`janus-md methods`: the paragraph says what ran, and only what was used is cited."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

from janus_md.papers.methods.references import entries
from tests.cli.test_app import refused
from tests.conftest import TINY, Result
from tests.engines.conftest import usable

Cli = Callable[..., Result]

UNITS = (("force", "kT/nm"), ("torque", "kT"))


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


def test_a_cutoff_and_the_component_are_described(janus_md: Cli, tmp_path: Path) -> None:
    usable("lammps")
    template, place = tmp_path / "cutoff.yaml", tmp_path / "workspace"
    cutoff = "{method: cutoff, cutoff_error: {force: 4.0, torque: 5.0}}"
    text = TINY.replace("{method: none} # no mesh to tune", cutoff).replace("16", "64")
    template.write_text(text + "  relative_permittivity: 1.5\n", encoding="utf-8")
    assert janus_md("init", template, "-d", place).code == 0
    assert janus_md("run", "-d", place, "--engine", "lammps").code == 0
    (path,) = place.glob("workspace/*/signac_job_document.json")
    document = json.loads(path.read_text(encoding="utf-8"))
    ran = document["execution"]
    errors = [f"{ran[f'{one}_error']:.2g} {unit}" for one, unit in UNITS]
    ends = [f"{ran[f'{one}_error_at_end']:.2g} {unit}" for one, unit in UNITS]
    expected = (
        "Charges interacted in a medium of relative permittivity 1.5 by a potential with a cutoff, "
        "u(d) = 1/d + (5/4) d^2/R^3 - (3/8) d^4/R^5 with the range R = "
        f"{ran['cutoff']['range_nm']:g} nm, between all pairs of charges of different bodies "
        "closer than R; it is the short-range part of the multilevel summation method with C2 "
        "continuity [@hardy2009multilevel]. The range was chosen so that the rms errors on a body "
        "are below 4 kT/nm (force) and 5 kT (torque). Measured against the particle-particle "
        f"particle-mesh method [@hockney1988pppm], they were at most {errors[0]} and {errors[1]} "
        f"in the first frame, and {ends[0]} and {ends[1]} at the end."
    )
    done = janus_md("methods", "-d", place)
    told, _, bibtex = done.out.partition("\n\n")
    told = " ".join(told.split())
    assert expected in told
    assert references(bibtex) == list(dict.fromkeys(cited(told)))
    assert "component" not in told
    latex = " ".join(janus_md("methods", "--latex", "-d", place).out.split())
    assert "cutoff, $u(d) = 1/d + (5/4) d^2/R^3 - (3/8) d^4/R^5$ with" in latex
    # As a run with HOOMD-blue and its component writes the record.
    ran |= {"engine": "hoomd", "version": "4.8.2", "component": "0.2.0"}
    ran["cutoff"]["between"] = "bodies"
    path.write_text(json.dumps(document), encoding="utf-8")
    done = janus_md("methods", "-d", place)
    told = " ".join(done.out.partition("\n\n")[0].split())
    assert (
        "HOOMD-blue 4.8.2 [@anderson2020hoomd] and its compiled component janus-md-hoomd 0.2.0 "
        "[@janus-md-hoomd], which computes the pair interactions of whole rigid bodies, on CPUs"
    ) in told
    assert "charges of bodies whose centres are closer than R" in told
    assert "lebard2012pppm" in cited(told)
    assert "nguyen2011rigid" not in done.out  # a body is a single particle


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
