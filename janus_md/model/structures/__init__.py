"""Structures, one file each; :mod:`janus_md.model.structure` finds them."""
