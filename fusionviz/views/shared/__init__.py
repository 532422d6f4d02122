"""Marks, scales and pictures that two or more subjects draw."""
