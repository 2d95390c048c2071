"""Pair terms, one file each; :mod:`janus_md.model.interactions.term` finds them."""
