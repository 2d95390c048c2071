"""Shapes, one file each; :mod:`janus_md.model.shape` finds them."""
