"""What the classroom looks like, alone and before a class."""

import streamlit as st

SCALE = 1.6
"""By which charts grow before a class: type of 15 pixels becomes 24."""

_ALONE = """
<style>
/* The sample of the sidebar is for the other pages. */
[data-testid="stSidebarUserContent"] { display: none; }
/* The menu of the app floats over the right end. */
.st-key-lesson_head { padding-right: 2rem; }
[class*="st-key-lesson_"] [data-testid="stPageLink"] p { white-space: normal; }
.st-key-lesson_head [data-testid="stProgress"] { min-width: 12rem; }
[data-testid="stMainBlockContainer"] [data-testid="stMarkdownContainer"] p,
[data-testid="stMainBlockContainer"] [data-testid="stMarkdownContainer"] li {
  max-width: 80ch;
}
</style>
"""

_BEFORE_A_CLASS = """
<style>
[data-testid="stSidebar"], [data-testid="stExpandSidebarButton"],
[data-testid="stHeader"] { display: none !important; }
[data-testid="stMainBlockContainer"] { padding: 0.6rem 1.5rem; max-width: none; }
[data-testid="stMainBlockContainer"] p, [data-testid="stMainBlockContainer"] li,
[data-testid="stMainBlockContainer"] label, [data-testid="stMainBlockContainer"] button,
[data-testid="stMainBlockContainer"] .katex, [data-testid="stMainBlockContainer"] td {
  font-size: 24px !important; line-height: 1.4;
}
[data-testid="stMainBlockContainer"] h1 { font-size: 40px !important; }
[data-testid="stMainBlockContainer"] [data-testid="stMarkdownContainer"] p,
[data-testid="stMainBlockContainer"] [data-testid="stMarkdownContainer"] li {
  max-width: none;
}
div[class*="st-key-chart_"] {
  height: min(calc(var(--height) * SCALEpx), calc(100vh - 14.5rem)) !important;
  overflow: hidden;
}
div[class*="st-key-chart_"] [data-testid="stElementContainer"]:has(.stPlotlyChart),
div[class*="st-key-chart_"] [data-testid="stFullScreenFrame"] {
  height: 100% !important;
}
div[class*="st-key-chart_"] .stPlotlyChart {
  width: calc(100% / SCALE) !important; height: calc(100% / SCALE) !important;
  transform: scale(SCALE); transform-origin: 0 0;
}
</style>
"""


def apply_classroom_look(*, presents: bool) -> None:
    """Put the classroom's style sheet on the page."""
    style = _BEFORE_A_CLASS.replace("SCALE", str(SCALE)) if presents else _ALONE
    st.html(style)
