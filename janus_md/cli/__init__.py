"""The commands of `janus-md`; each imports what it needs when it is called."""
