"""Records that two or more subjects measure or show."""
