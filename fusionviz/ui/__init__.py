"""The only importer of streamlit: one panel module a page."""
