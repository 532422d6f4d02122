"""The only room that knows Streamlit.

A page is one file in `pages/`, one module in `ui/panels/`, and one line in
`ui/frame.py`. Its first line calls `frame()`; then it reads as a sentence: input,
measure, draw.
"""
