"""Nanowires in a trajectory: bonds, wires, order, tables, figures and the report.

Importable as :mod:`janus_md.analysis`; the folder stands at the top of the repository.
"""
