"""Attention arrays that people bring."""
