"""Methods to find wires in a frame: janus-md and alternatives.

janus-md gives all columns of wires.parquet. The others give at most the lengths of wires; see their
docstrings.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from janus_md.analysis.aggregates.bonds import body_axes, projections, select_bonds
from janus_md.analysis.aggregates.bundles import SIDE_CONTACT, find_bundles
from janus_md.analysis.aggregates.measures import measure_wires
from janus_md.analysis.aggregates.wires import build_wires
from janus_md.analysis.frames.neighbours import pairs_within
from janus_md.analysis.frames.source import Frame
from janus_md.analysis.pipeline.settings import Settings
from janus_md.model.body import BondCriterion
from janus_md.model.box import lattice_vectors

CRITERION = BondCriterion(2.1, 35.0)

SETTINGS = Settings(CRITERION, symmetries={"R": 3, "S": 3}, enantiomers={"R": "R", "S": "S"})


def ours(frame: Frame) -> int:
    """Bonds, wires, all columns of wires.parquet, side-by-side contacts up to 2.9 nm."""
    lattice = lattice_vectors(frame.box)
    axes = body_axes(frame.orientations)
    pairs = pairs_within(frame.positions, frame.box, SIDE_CONTACT)
    along = projections(pairs, axes)
    bonds = select_bonds(pairs, along, CRITERION)
    wires = build_wires(len(axes), bonds, lattice)
    find_bundles(pairs, along, axes, wires)
    measure_wires(
        frame.positions,
        frame.orientations,
        axes,
        lattice,
        bonds,
        wires,
        SETTINGS.properties(frame),
    )
    return len(wires)


def freud_neighbours(frame: Frame) -> int:
    """Neighbour list of freud up to 2.9 nm: the reference."""
    import freud

    box = freud.box.Box(*frame.box.tolist())
    points = frame.positions.astype(np.float32)
    query = freud.locality.AABBQuery(box, points)
    found = query.query(points, {"r_max": SIDE_CONTACT, "exclude_ii": True}).toNeighborList()
    return len(found)


def freud_networkx(frame: Frame) -> int:
    """Neighbours within 2.1 nm by freud, angles by numpy, components by networkx: wire lengths."""
    import freud
    import networkx as nx

    box = freud.box.Box(*frame.box.tolist())
    points = frame.positions.astype(np.float32)
    query = freud.locality.AABBQuery(box, points)
    found = query.query(points, {"r_max": CRITERION.distance, "exclude_ii": True}).toNeighborList()
    i, j = found.query_point_indices, found.point_indices
    vectors = box.wrap(points[j] - points[i])
    return _pieces_by_networkx(nx, frame, i, j, vectors)


def mdanalysis(frame: Frame) -> int:
    """Capped distances of MDAnalysis, angles by numpy, components by networkx: wire lengths."""
    import networkx as nx
    from MDAnalysis.lib.distances import minimize_vectors, self_capped_distance

    box = np.array([*frame.box[:3], 90.0, 90.0, 90.0], dtype=np.float32)
    points = frame.positions.astype(np.float32)
    pairs = self_capped_distance(points, CRITERION.distance, box=box, return_distances=False)
    i, j = np.concatenate([pairs, pairs[:, ::-1]]).T
    vectors = minimize_vectors(points[j] - points[i], box)
    return _pieces_by_networkx(nx, frame, i, j, vectors)


def ovito(frame: Frame) -> int:
    """Cluster analysis of OVITO with a cutoff of 2.1 nm: clusters by distance without angles."""
    from ovito.data import DataCollection
    from ovito.modifiers import ClusterAnalysisModifier

    data = DataCollection()
    lx, ly, lz = frame.box[:3]
    cell = np.array([[lx, 0, 0, -lx / 2], [0, ly, 0, -ly / 2], [0, 0, lz, -lz / 2]])
    data.create_cell(cell, pbc=(True, True, True))
    particles = data.create_particles(count=len(frame.positions))
    particles.create_property("Position", data=frame.positions)
    data.apply(ClusterAnalysisModifier(cutoff=CRITERION.distance))
    return int(data.attributes["ClusterAnalysis.cluster_count"])


def _pieces_by_networkx(
    nx: object, frame: Frame, i: np.ndarray, j: np.ndarray, vectors: np.ndarray
) -> int:
    axes = body_axes(frame.orientations)
    edge = np.cos(np.deg2rad(CRITERION.angle)) * np.linalg.norm(vectors, axis=1)
    bonded = ((axes[i] * vectors).sum(axis=1) > edge) & ((axes[j] * vectors).sum(axis=1) > edge)
    graph = nx.DiGraph()
    graph.add_nodes_from(range(len(axes)))
    graph.add_edges_from(zip(i[bonded].tolist(), j[bonded].tolist(), strict=True))
    lengths = [len(piece) for piece in nx.weakly_connected_components(graph)]
    return len(lengths)


CONTENDERS: dict[str, Callable[[Frame], int]] = {
    "freud AABBQuery 2.9 nm, alone": freud_neighbours,
    "janus-md, all columns": ours,
    "freud + networkx": freud_networkx,
    "MDAnalysis + networkx": mdanalysis,
    "OVITO cluster analysis": ovito,
}
