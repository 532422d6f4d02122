"""Moving depth over RGB by hand: its edges follow the slider while it is dragged.

Streamlit's own sliders tell their value when they are let go; here the browser moves
the edges itself, and Python hears of it once, when the place is taken.
"""

from typing import Any

import streamlit as st

from fusionviz.data.rgbd.registration import MOST_MOVED, SCALES
from fusionviz.ui.shared.sample.choice import SampleChoice
from fusionviz.ui.shared.sample.files import move_depth, reading_options
from fusionviz.views.inputs.registration import draw_edges, draw_under

_HTML = """
<div class="stage" role="img" aria-label="Edges of depth over RGB">
  <img class="under" alt=""><img class="edges" alt="">
</div>
<div class="controls">
  <label>Right <output class="right"></output>
    <input type="range" class="right" aria-label="Pixels to the right"></label>
  <label>Down <output class="down"></output>
    <input type="range" class="down" aria-label="Pixels down"></label>
  <label>Size <output class="scale"></output>
    <input type="range" class="scale" aria-label="Size of depth"></label>
  <div class="buttons">
    <button class="take" type="button">Move depth here</button>
    <button class="back" type="button">Back to where it was</button>
  </div>
</div>
"""

_CSS = """
:host, .stage, .controls { font-family: var(--st-font); color: var(--st-text-color); }
.stage { position: relative; overflow: hidden; line-height: 0;
  border: 1px solid var(--st-border-color); }
.stage img { width: 100%; display: block; }
.stage .under { filter: saturate(0.45) brightness(0.9); }
.stage .edges { position: absolute; left: 0; top: 0; height: 100%;
  image-rendering: pixelated; }
.controls { display: grid; min-width: 20rem; gap: 0.35rem; padding-top: 0.6rem; }
label { display: grid; grid-template-columns: 3.2rem 4.2rem 1fr; align-items: center;
  font-size: 0.9rem; }
output { font-variant-numeric: tabular-nums; }
input { accent-color: var(--st-primary-color); width: 100%; }
.buttons { display: flex; gap: 0.5rem; padding-top: 0.3rem; }
button { font: inherit; font-size: 0.9rem; padding: 0.35rem 0.75rem; cursor: pointer;
  color: inherit; background: var(--st-background-color);
  border: 1px solid var(--st-border-color); border-radius: var(--st-button-radius); }
button:hover { border-color: var(--st-primary-color); }
input:focus-visible, button:focus-visible {
  outline: 3px solid #FF2FD6; outline-offset: 2px; }
"""

_JS = """
export default function ({ parentElement, data, setTriggerValue }) {
  const find = (name) => parentElement.querySelector(name);
  const edges = find('.edges'), stage = find('.stage');
  const names = ['right', 'down', 'scale'];
  const slider = (name) => find(`input.${name}`);
  const show = () => {
    const [right, down, scale] = names.map((name) => Number(slider(name).value));
    const x = (100 * right) / data.width, y = (100 * down) / data.height;
    edges.style.transform = `translate(${x}%, ${y}%) scale(${scale})`;
    find('output.right').textContent = `${right} px`;
    find('output.down').textContent = `${down} px`;
    find('output.scale').textContent = `× ${scale.toFixed(2)}`;
  };
  const put = (place) => {
    names.forEach((name) => { slider(name).value = place[name]; });
    show();
  };
  if (stage.dataset.of !== data.of) {
    stage.dataset.of = data.of;
    find('.under').src = data.under;
    edges.src = data.edges;
    // The sliders are to be seen below, also on low screens.
    const widest = `min(640px, ${(52 * data.width) / data.height}vh)`;
    stage.style.maxWidth = find('.controls').style.maxWidth = widest;
    const reach = (name, min, max, step) =>
      Object.assign(slider(name), { min, max, step });
    reach('right', -data.farRight, data.farRight, 1);
    reach('down', -data.farDown, data.farDown, 1);
    reach('scale', data.least, data.most, 0.01);
    put(data.place);
  }
  names.forEach((name) => { slider(name).oninput = show; });
  const tell = () => setTriggerValue('place',
    Object.fromEntries(names.map((name) => [name, Number(slider(name).value)])));
  find('.take').onclick = tell;
  find('.back').onclick = () => { put({ right: 0, down: 0, scale: 1 }); tell(); };
}
"""

_mover = st.components.v2.component(
    "fusionviz_move_depth", html=_HTML, css=_CSS, js=_JS
)
_KEY, _TAKEN = "move_depth", "_depth_was_moved"


@st.dialog("Move depth over RGB", width="medium")
def draw_mover(sample: SampleChoice) -> None:
    """Draw depth's edges over RGB, and what moves them, before the page.

    Args:
        sample: Of files, with both modalities.
    """
    reading, rgb = sample.reading, sample.rgbd.rgb
    if reading is None or reading.unmoved is None or rgb is None:
        raise ValueError("there are no files of RGB and depth to move over each other")
    height, width = rgb.shape[:2]
    place = reading_options().placement
    _mover(
        key=_KEY,
        data={
            "of": sample.key,
            "under": draw_under(rgb),
            "edges": draw_edges(reading.unmoved),
            "width": width,
            "height": height,
            "farRight": int(MOST_MOVED * width),
            "farDown": int(MOST_MOVED * height),
            "least": SCALES[0],
            "most": SCALES[1],
            "place": {"right": place.right, "down": place.down, "scale": place.scale},
        },
        on_place_change=_take,
    )
    if st.session_state.pop(_TAKEN, False):
        st.rerun()


def _take() -> None:
    """Move depth to where its edges were left."""
    place: dict[str, Any] | None = st.session_state[_KEY].get("place")
    if place is not None:
        move_depth(**{name: float(place[name]) for name in ("right", "down", "scale")})
        st.session_state[_TAKEN] = True
