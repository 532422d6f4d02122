"""What the classroom looks like, alone and before a class."""

import streamlit as st

_ALONE = """
<style>
/* The sample of the sidebar is for the other pages. */
[data-testid="stSidebarUserContent"] { display: none; }
/* The menu of the app floats over the right end. */
.st-key-lesson_head { padding-right: 2rem; }
[class*="st-key-lesson_"] [data-testid="stPageLink"] p { white-space: normal; }
.st-key-lesson_head [data-testid="stProgress"] { min-width: 12rem; }
/* On a phone where one is has a line of its own, and the ways on and back one. */
@media (max-width: 640px) {
  .st-key-lesson_head > :has([data-testid="stProgress"]) { flex: 1 0 100%; order: -1; }
}
[data-testid="stMainBlockContainer"] [data-testid="stMarkdownContainer"] p,
[data-testid="stMainBlockContainer"] [data-testid="stMarkdownContainer"] li {
  max-width: 80ch;
}
</style>
"""

_BEFORE_A_CLASS = """
<style>
[data-testid="stSidebar"], [data-testid="stExpandSidebarButton"],
[data-testid="stHeader"], .st-key-lesson_head kbd { display: none !important; }
/* A card is as high as the window, and its picture takes what words leave. */
[data-testid="stMainBlockContainer"] {
  padding: 0.4rem 1.5rem 0.6rem; max-width: none; height: 100vh;
  display: flex; flex-direction: column;
}
[data-testid="stMainBlockContainer"]
  :is([data-testid="stVerticalBlock"], [data-testid="stLayoutWrapper"]):has(
  [class*="st-key-chart_"]) {
  display: flex; flex: 1 1 auto !important; min-height: 0; height: auto;
}
[data-testid="stMainBlockContainer"] [data-testid="stButtonGroup"] {
  display: flex; align-items: center; gap: 1rem;
}
[data-testid="stMainBlockContainer"] [data-testid="stButtonGroup"] label { flex: none; }
[data-testid="stMainBlockContainer"] :is(p, li, label, button, td, th, .katex, code),
[data-testid="stMainBlockContainer"] [data-testid="stSlider"] * {
  font-size: 24px !important; line-height: 1.35;
}
[data-testid="stMainBlockContainer"] [data-testid="stSlider"] label {
  margin-bottom: 1.5rem;
}
/* So that what is raised or lowered in a formula is of 24 pixels, too. */
[data-testid="stMainBlockContainer"] .katex-display .katex {
  font-size: 35px !important; line-height: 1.2;
}
[data-testid="stMainBlockContainer"] .katex-display { margin: 0.3rem 0; }
[data-testid="stMainBlockContainer"] h1 { font-size: 36px !important; }
[data-testid="stMainBlockContainer"] [data-testid="stMarkdownContainer"] p,
[data-testid="stMainBlockContainer"] [data-testid="stMarkdownContainer"] li {
  max-width: none;
}
[data-testid="stMainBlockContainer"] [data-testid="stAlertContainer"] {
  padding: 0.3rem 1rem;
}
.st-key-lesson_head button { padding: 0.1rem 0.8rem; min-height: 0; }
div[class*="st-key-chart_"] {
  flex: 1 1 0 !important; height: auto !important; min-height: 12rem;
  max-height: calc(var(--height) * 2.2px);
}
</style>
"""


def apply_classroom_look(*, presents: bool) -> None:
    """Put the classroom's style sheet on the page."""
    st.html(_BEFORE_A_CLASS if presents else _ALONE)
