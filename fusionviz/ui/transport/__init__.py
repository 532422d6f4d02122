"""The Transport page: where each token goes, and what it costs."""
