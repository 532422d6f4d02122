"""Marks, scales and pictures that are imported by two or more subjects."""
