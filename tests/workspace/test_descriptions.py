"""Descriptions of templates are kept in signac's project document."""

import json

import pytest
import signac

from janus_md.common.errors import JanusError
from janus_md.workspace import descriptions


def test_they_are_kept_once_in_order_beside_other_keys(tmp_path):
    assert descriptions.read(tmp_path) == []
    project = signac.init_project(path=tmp_path)
    project.doc["mine"] = 3
    for text in ("First.", "  Second\n line. ", "First.", ""):
        descriptions.add(tmp_path, text)
    assert descriptions.read(tmp_path) == ["First.", "Second line."]
    assert dict(signac.get_project(path=tmp_path).doc) == {
        "mine": 3,
        "descriptions": ["First.", "Second line."],
    }


@pytest.mark.parametrize("text", ["{", "[]", '{"descriptions": 3}', b"\xff"])
def test_a_damaged_document_is_named_and_stays(tmp_path, text):
    file = tmp_path / descriptions.FILE
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    before = file.read_bytes()
    for call in (descriptions.read, lambda place: descriptions.add(place, "new")):
        with pytest.raises(JanusError, match=r"signac_project_document\.json"):
            call(tmp_path)
    assert file.read_bytes() == before


def test_init_keeps_the_description_of_its_template(janus_md, tmp_path):
    done = janus_md("init", "amphiphilic_micelles", "--small", "-d", tmp_path / "w")
    assert done.code == 0, done.err
    kept = json.loads((tmp_path / "w" / descriptions.FILE).read_text())["descriptions"]
    assert len(kept) == 1
    assert kept[0].startswith("Micelles of two-bead amphiphiles from weak to strong attraction")
    assert "\n" not in kept[0]
