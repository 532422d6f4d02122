"""Serve the app: `python -m fusionviz.ui.serve app.py` does what `streamlit run` does.

What pages need has been imported by `fusionviz.ui` when the server says its address,
and not only when the first visitor asks for a page.
"""

import sys

from streamlit.web.cli import main

from fusionviz.ui.allocator import keep_little

if __name__ == "__main__":
    keep_little()
    main(["run", *sys.argv[1:]], prog_name="streamlit")
