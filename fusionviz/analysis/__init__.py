"""Model and sample in, record out: frozen dataclasses of numpy arrays."""
