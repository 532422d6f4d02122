"""Kinds of files, and arrays of numbers in them."""
