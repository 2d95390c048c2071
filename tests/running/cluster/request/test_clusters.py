"""Files of clusters, and what Slurm adds to them."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

import pytest

from janus_md.common.errors import JanusError
from janus_md.running.cluster.request import choice
from janus_md.running.cluster.request.choice import complete
from janus_md.running.cluster.request.clusters import Nodes, known, read
from janus_md.running.cluster.schedulers.records import Partition
from janus_md.running.cluster.schedulers.slurm import SCHEDULER as SLURM

CPU = Partition("batch", True, 64, 0, 250.0, "2-00:00:00")
GPU = Partition("volta", False, 40, 4, 190.0, "1-00:00:00")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return tmp_path


def test_clusters_of_the_package_are_complete() -> None:
    text = (resources.files("janus_md.running.cluster.request") / "clusters.yaml").read_text()
    found = read(text, "clusters.yaml")
    assert len(found) >= 3
    for one in found.values():
        assert "https://" in one.source
        assert one.hosts
        assert all(re.compile(pattern) for pattern in one.hosts)
        assert one.cpu.partition
        assert one.gpu is not None
        assert one.gpu.gpus


def test_the_users_file_adds_and_replaces_clusters(home: Path, tmp_path: Path) -> None:
    own = home / "janus-md" / "clusters.yaml"
    own.parent.mkdir()
    own.write_text("anvil: {account: gold}\nmine: {cpu: {cores: 8}}\n")
    found = known()
    assert found["anvil"].account == "gold"
    assert found["anvil"].source == ""  # replaced, not mixed
    assert found["mine"].cpu.cores == 8
    assert "delta" in found
    further = tmp_path / "further.yaml"
    further.write_text("mine: {cpu: {cores: 16}}\n")
    assert known(further)["mine"].cpu.cores == 16
    with pytest.raises(JanusError, match=r"--clusters: '.*none.yaml' cannot be read: No such file"):
        known(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("here: {acount: x}", r"here: key: 'acount' is unknown \(did you mean account\?\)"),
        ("here: {cpu: {cores: 0}}", r"here: cpu\.cores: 0 is not allowed; it must be at least 1"),
        ("here: {cpu: {walltime: soon}}", "here: walltime: 'soon' is not allowed; it must be a t"),
        ("here: {signal_lead: 5}", "here: signal_lead: 5 is not allowed; it must be at least 10"),
        ("here: {gpu_request: gpu}", "here: gpu_request: 'gpu' is not allowed; allowed values are"),
        ("here: {options: --qos=a}", "here: options: '--qos=a' is not allowed; it must be a list"),
        ("here: {options: [qos=a]}", "here: options: 'qos=a' is not allowed; it must be an option"),
        ("here: {options: [--clusters=b]}", "here: options: .* set SLURM_CLUSTERS in the environ"),
        ("here: {options: [-a 3]}", "here: options: '-a 3' is not allowed; janus-md sets this opt"),
        ("here: {hosts: ['*.org']}", r"here: hosts: '\*\.org' is not a valid regular expressi"),
        ("here: [1]", "here: .* must be a map"),
        ("- here", "must be a map of clusters by name"),
        ("here: {cpu: ", "line 1: not valid YAML"),
        ("a: &a {cpu: *a}", "line 1: not valid YAML: a map or list must not contain itself"),
        ("? [a]: []", "not valid YAML"),
    ],
)
def test_errors_name_the_key_and_the_allowed_values(text: str, message: str) -> None:
    with pytest.raises(JanusError, match=rf"^file{'' if 'YAML' in message else ': '}.*{message}"):
        read(text, "file")


def test_yaml_merge_keys_are_supported() -> None:
    text = (
        "a: &a {account: gold, cpu: &c {cores: 8, partition: p}}\n"
        "b: &b {account: lead, mpi: pmix}\nc: {<<: [*b, *a], cpu: {<<: *c, cores: 16}}\n"
    )
    found = read(text, "f")["c"]
    assert (found.name, found.account, found.mpi) == ("c", "lead", "pmix")
    assert (found.cpu.cores, found.cpu.partition) == (16, "p")


def test_a_file_that_is_not_utf8_is_refused(home: Path, tmp_path: Path) -> None:
    own, other = home / "janus-md" / "clusters.yaml", tmp_path / "other.yaml"
    own.parent.mkdir()
    for path, key in ((other, "--clusters"), (own, "clusters")):
        path.write_bytes(b"caf\xe9: {account: a}\n")
        with pytest.raises(JanusError, match=rf"^{key}: '{path}' cannot be read: .* in UTF-8$"):
            known(path if path is other else None)


def test_an_unknown_cluster_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(JanusError, match=r"cluster: 'anvill' is unknown \(did you mean anvil\?\)"):
        choice.choose("anvill")


def test_a_cluster_is_recognized_by_its_hosts_or_by_its_name_in_slurm(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setattr(SLURM, "partitions", lambda: [CPU, GPU])
    monkeypatch.setattr(SLURM, "cluster_name", lambda: None)
    for host, name in (
        ("login03.anvil.rcac.purdue.edu", "anvil"),
        ("dt-login02.delta.ncsa.illinois.edu", "delta"),
        ("br012.ib.bridges2.psc.edu", "bridges2"),
        ("laptop.example.org", "this one"),
    ):
        monkeypatch.setattr(choice.socket, "getfqdn", lambda host=host: host)
        assert choice.choose("auto")[0].name == name
    # The name of a cluster with hosts does not suffice: another cluster may be called delta too.
    own = home / "janus-md" / "clusters.yaml"
    own.parent.mkdir()
    own.write_text("mine: {account: gold}\n")
    for slurms, name in (("delta", "this one"), ("mine", "mine")):
        monkeypatch.setattr(SLURM, "cluster_name", lambda slurms=slurms: slurms)
        assert choice.choose("auto")[0].name == name
    monkeypatch.setattr(SLURM, "cluster_name", lambda: None)
    monkeypatch.setattr(choice.socket, "getfqdn", lambda: "localhost")  # a careless /etc/hosts
    monkeypatch.setattr(choice.socket, "gethostname", lambda: "login1.anvil.rcac.purdue.edu")
    assert choice.choose("auto")[0].name == "anvil"


def test_missing_keys_are_read_from_slurm() -> None:
    found = complete(None, [GPU, CPU])
    assert found.cpu == Nodes(
        partition="batch", cores=64, gpus=0, memory_gb=250.0, walltime="2-00:00:00", exclusive=False
    )
    assert found.gpu == Nodes(
        partition="volta", cores=40, gpus=4, memory_gb=190.0, walltime="1-00:00:00", exclusive=False
    )
    own = read("x: {cpu: {cores: 32}, gpu: {partition: volta, gpu_type: v100}}", "f")["x"]
    filled = complete(own, [CPU, GPU])
    assert (filled.cpu.partition, filled.cpu.cores, filled.cpu.memory_gb) == ("batch", 32, 250.0)
    assert filled.gpu is not None
    assert (filled.gpu.gpu_type, filled.gpu.gpus, filled.gpu.cores) == ("v100", 4, 40)
    with pytest.raises(
        JanusError,
        match="'gpu' is not allowed; the cluster 'this one' has no GPUs; use cpu, or describe",
    ):
        complete(None, [CPU]).nodes("gpu")
