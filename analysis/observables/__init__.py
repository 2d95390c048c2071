"""Observables: one file each, found by its name (:mod:`janus_md.common.observables`)."""
