"""Records and measures that are imported by two or more subjects."""
