"""Sequences of any modalities: samples, and the files that people bring."""
