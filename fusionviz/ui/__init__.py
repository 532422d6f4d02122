"""The only room that knows Streamlit.

A page is one file in `pages/`, a folder here with the name of its subject, whose
`page.py` has the tabs, a module a tab, and one line in
`ui/shared/frame/navigation.py`. Its first line calls `frame()`; then it reads as a
sentence: input, measure, draw.
"""

from fusionviz.ui import libraries as libraries  # before the first page is drawn

# isort: split
from fusionviz.ui import dropped_files

dropped_files.keep_answers()
