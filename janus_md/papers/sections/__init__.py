"""Sections of the page of a reproduction beside the table of facts, one file each."""
