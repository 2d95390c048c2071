"""External fields, one file each; :mod:`janus_md.model.environment` finds them."""
