"""Models of nanoclusters, one file each; :mod:`janus_md.model.nanocluster` finds them."""
