"""What the theme in `.streamlit/config.toml` cannot say."""

import numpy as np
import streamlit as st
from PIL import Image

_CSS = """
<style>
/* The header floats over the page: give its height back to the picture. */
[data-testid="stMainBlockContainer"] { padding: 1.1rem 2rem 2rem; max-width: 1760px; }
[data-testid="stHeader"] { background: transparent; height: 2.6rem; }
/* What lies under it can be pressed, but where it has buttons of its own. */
[data-testid="stHeader"], [data-testid="stHeader"] div { pointer-events: none; }
[data-testid="stHeader"] :is(button, a) { pointer-events: auto; }
[data-testid="stSidebarUserContent"] { padding-top: 0.25rem; }
h1 { padding: 0 0 0.25rem 0 !important; }
/* The menu of the app floats over the right end. */
.st-key-title_line { padding-right: 1.25rem; }
/* Text on charts in the page's own ink, not in Streamlit's fainter one; Plotly writes
   on the cells of a heatmap in what can be read there. */
.stPlotlyChart svg g:not(.hoverlayer *, .heatmap-label) > text {
  fill: currentColor !important;
}
/* Captions in an ink of contrast AA: Streamlit's own has 4.05 on the light ground. */
[data-testid="stCaptionContainer"] { opacity: 0.78; }
[data-testid="stCaptionContainer"], [data-testid="stCaptionContainer"] * {
  color: inherit !important;
}
.st-key-gallery button, .st-key-other_rooms button { padding: 3px; }
.st-key-gallery button img, .st-key-other_rooms button img {
  height: 64px !important; max-height: none !important; width: auto;
  border-radius: 4px; display: block;
}
.st-key-other_rooms button img { height: 44px !important; }
/* The buttons of a player keep their ink when the mouse is over them. */
.stPlotlyChart .updatemenu-item-rect { fill: rgba(128,128,128,0.16) !important; }
/* White on the dark theme's pale primary colour could not be read. */
[data-testid="stBaseButton-primary"]:not(:has(img)):not(:disabled) {
  background: transparent !important; color: inherit !important; border-width: 2px;
}
.st-key-surprise button { padding: 0.5rem 0.8rem; }
/* Pictures grow with the window, so that a projector's 1920 pixels are used. Each has
   its height, in pixels at 1280, from `charts.py`. */
div[class*="st-key-chart_"] {
  height: calc(var(--height) * clamp(0.95px, 0.23px + 0.06016vw, 1.6px)) !important;
  flex: none !important;
}
[class*="st-key-headline"] p { line-height: 1.3; }
[class*="st-key-headline"] strong { font-size: 1.55rem; font-weight: 400; }
/* A chart's own buttons are for the mouse: what is not seen cannot be tabbed to. */
.stPlotlyChart .modebar { visibility: hidden; }
.stPlotlyChart:hover .modebar { visibility: visible; }
.stPlotlyChart :is(.updatemenu-button, .slider-group):focus-visible {
  outline: 3px solid #FF2FD6; outline-offset: 2px;
}
/* What Plotly says in place of a 3-D chart where there is none, on the page's ground:
   its own is white, in the dark theme too. */
.stPlotlyChart div:has(> .no-webgl) { background: transparent !important; }
.stPlotlyChart .no-webgl, .stPlotlyChart .no-webgl a {
  color: inherit !important; font-size: 1rem !important; cursor: auto !important;
}
/* Four kinds of sample stand in one line. */
.st-key-source button { padding-inline: .25rem; min-width: 0; }
/* A small window: one column under the wordmark, segments in lines, and charts that are
   pushed along in their places instead of being squeezed. */
@media (max-width: 800px) {
  [data-testid="stMainBlockContainer"] { padding: 3.2rem 1rem 2rem; }
  [data-testid="stHeader"] { background: inherit; }
  [data-testid="stMain"] [data-testid="stHorizontalBlock"] { flex-wrap: wrap; }
  [data-testid="stMain"] [data-testid="stColumn"] { min-width: 100%; }
  [data-testid="stMain"] [data-testid="stButtonGroup"] div { flex-wrap: wrap; }
  div[class*="st-key-chart_"] { overflow-x: auto; }
  [data-testid="stMain"] .katex {
    display: inline-block; max-width: 100%; overflow: auto hidden; position: relative;
  }
  [data-testid="stMain"] [data-testid="stMarkdownContainer"] table {
    display: block; max-width: 100%; overflow-x: auto;
  }
  div[class*="st-key-chart_"] > [data-testid="stElementContainer"]:has(.stPlotlyChart) {
    min-width: 600px;
  }
  /* Of several panels: as wide as beside the sidebar at 1280; titles have room. */
  div[class*="st-key-chart_"] > [data-testid="stElementContainer"]:has(
    .stPlotlyChart .cartesianlayer > .subplot ~ .subplot
  ) { min-width: 920px; }
  [data-testid="stColumn"] div[class*="st-key-chart_"] >
    [data-testid="stElementContainer"]:has(.stPlotlyChart) { min-width: 600px; }
}
button:focus-visible, a:focus-visible, input:focus-visible {
  outline: 3px solid #FF2FD6 !important; outline-offset: 2px;
}
/* A list's and a number's input fill a box that cuts their outline off: it has one. */
:is(.stSelectbox, .stNumberInput) input:focus-visible { outline: none !important; }
:is(.stSelectbox [role="group"], [data-testid="stNumberInputContainer"]):has(
    input:focus-visible) {
  outline: 3px solid #FF2FD6; outline-offset: 2px;
}
</style>
"""

_WORDMARK = """
<svg xmlns="http://www.w3.org/2000/svg" width="176" height="40" viewBox="0 0 176 40">
  <circle cx="15" cy="20" r="11" fill="#E69F00" fill-opacity="0.88"/>
  <circle cx="28" cy="20" r="11" fill="#0072B2" fill-opacity="0.80"/>
  <text x="48" y="28" font-family="'Source Serif 4', Georgia, 'DejaVu Serif', serif"
        font-size="24" font-weight="600" fill="#85898E">fusionviz</text>
</svg>
"""


def apply_look() -> None:
    """Put the style sheet on the page."""
    st.html(_CSS)


def favicon() -> Image.Image:
    """Return the two discs of the wordmark. An icon by name comes from another host."""
    side = 64
    row, column = np.indices((side, side))
    icon = np.zeros((side, side, 4), np.uint8)
    for centre, colour in ((22, (230, 159, 0)), (42, (0, 114, 178))):
        disc = np.hypot(row - 31.5, column - centre) < 20
        overlap = disc & (icon[..., 3] > 0)
        mixed = (0.4 * icon[overlap, :3] + 0.6 * np.array(colour)).astype(np.uint8)
        icon[disc] = (*colour, 255)
        icon[overlap, :3] = mixed
    return Image.fromarray(icon)


def wordmark() -> None:
    """Put the name above the menu, in a grey that both grounds carry."""
    st.logo(_WORDMARK, size="large")
