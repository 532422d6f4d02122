"""What stands around every page: navigation, look, sidebar, and keys for players."""
