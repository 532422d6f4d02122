"""Lessons: cards that let people predict, look and compare, as data; no Streamlit."""
