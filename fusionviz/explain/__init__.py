"""Figures without a browser: what names a subject, recipes, files, the command."""
