"""Measurements against peers: each file has run() and prints its rows."""
