"""Any graph of bonds, whether geometry allows it or not, against networkx."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from janus_md.analysis.aggregates.bonds import Bonds
from janus_md.analysis.aggregates.graphs import FEW_EDGES, connected_pieces
from janus_md.analysis.aggregates.wires import KINDS, build_wires, wire_sizes
from tests.analysis.aggregates.test_truth import MANY

graphs = st.integers(1, 12).flatmap(
    lambda n: st.tuples(
        st.just(n),
        st.lists(
            st.tuples(
                st.integers(0, n - 1),
                st.integers(0, n - 1),
                st.tuples(*[st.integers(-1, 1)] * 3),
            ).filter(lambda bond: bond[0] != bond[1] or bond[2] != (0, 0, 0)),
            max_size=16,
            unique=True,
        ),
    )
)


@MANY
@given(graphs)
def test_classification_agrees_with_networkx(graph):
    """Components, rings, chains, and the rank of the windings of a basis of cycles."""
    n, links = graph
    images = np.array([image for _, _, image in links], dtype=np.int64).reshape(-1, 3)
    source = np.array([a for a, _, _ in links], dtype=np.int64)
    target = np.array([b for _, b, _ in links], dtype=np.int64)
    bonds = Bonds(source, target, images + 0.01, images, np.ones(len(links)))
    wires = build_wires(n, bonds, np.eye(3))

    nxg = nx.MultiDiGraph()
    nxg.add_nodes_from(range(n))
    nxg.add_edges_from((a, b, {"image": np.array(image)}) for a, b, image in links)
    pieces = list(nx.weakly_connected_components(nxg))
    found = np.split(wires.members, wires.start[1:])
    assert sorted(map(sorted, found)) == sorted(map(sorted, pieces))
    assert wire_sizes(n, bonds).tolist() == [len(members) for members in found]
    for w, members in enumerate(found):
        piece = nxg.subgraph(members.tolist())
        degree_in = [d for _, d in piece.in_degree()]
        degree_out = [d for _, d in piece.out_degree()]
        forked = max(degree_in) > 1 or max(degree_out) > 1
        closed = not forked and piece.number_of_edges() == len(members)
        sums = cycle_sums(piece)
        rank = np.linalg.matrix_rank(sums) if len(sums) else 0
        kind = "percolating" if rank else "branched" if forked else "ring" if closed else "linear"
        assert KINDS[wires.kind[w]] == kind
        assert wires.winding.dims[w] == rank
        if rank == 1:
            multiple, primitive = generator(sums)
            np.testing.assert_array_equal(
                np.abs(wires.winding.vector[w]), np.abs(multiple * primitive)
            )
        if kind == "linear" and len(members) > 1:
            assert nx.is_path(piece, members.tolist())
            assert piece.in_degree(members[0]) == 0


@pytest.mark.parametrize("edges", [0, 20, FEW_EDGES, FEW_EDGES + 1, 400])
def test_pieces_agree_with_networkx(edges):
    """Pieces are numbered by their lowest node, with few edges and with many."""
    n = 300
    source, target = np.random.default_rng(edges).integers(0, n, (2, edges))
    label, first = connected_pieces(n, source, target)
    graph = nx.Graph()
    graph.add_nodes_from(range(n))
    graph.add_edges_from(zip(source.tolist(), target.tolist(), strict=True))
    pieces = sorted(nx.connected_components(graph), key=min)
    assert first.tolist() == [min(piece) for piece in pieces]
    assert [set(np.flatnonzero(label == k).tolist()) for k in range(len(first))] == pieces


def cycle_sums(piece):
    """Sum of images round each cycle of a basis, parallel bonds and self-bonds included."""
    tree = nx.minimum_spanning_edges(nx.MultiGraph(piece), keys=True, data=False)
    used = nx.MultiGraph()
    used.add_nodes_from(piece)
    used.add_edges_from(tree)
    root = next(iter(piece))
    place = {root: np.zeros(3, dtype=int)}
    for a, b in nx.bfs_edges(nx.Graph(used), root):
        key = next(iter(used[a][b]))
        if piece.has_edge(a, b, key) and not piece.has_edge(b, a, key):
            step = piece.edges[a, b, key]["image"]
        elif piece.has_edge(b, a, key) and not piece.has_edge(a, b, key):
            step = -piece.edges[b, a, key]["image"]
        else:  # bonds both ways under one key: either will do
            step = piece.edges[a, b, key]["image"]
        place[b] = place[a] + step
    sums = [place[a] + data["image"] - place[b] for a, b, data in piece.edges(data=True)]
    return np.array([s for s in sums if s.any()], dtype=int)


def generator(sums):
    first = sums[0] // np.gcd.reduce(sums[0])
    axis = np.flatnonzero(first)[0]
    return np.gcd.reduce(sums[:, axis] // first[axis]), first
