"""Players inside charts by the keyboard: Plotly draws them for the mouse alone.

Their buttons and sliders can be tabbed to. Enter and Space press a button; arrows,
Home and End move a slider, as they do everywhere else.
"""

import streamlit as st

_JS = """
const PLAYS = {'▶': 'Play', '❚❚': 'Pause'};

function stepsOf(group) {
  const chart = group.closest('.js-plotly-plot');
  const place = [...chart.querySelectorAll('.slider-group')].indexOf(group);
  return chart._fullLayout.sliders[place];
}

function tell(group) {
  const slider = stepsOf(group);
  group.setAttribute('aria-valuenow', slider.active);
  group.setAttribute('aria-valuemax', slider.steps.length - 1);
  group.setAttribute('aria-valuetext', slider.steps[slider.active].label);
}

function move(group, step) {
  const slider = stepsOf(group), last = slider.steps.length - 1;
  const wanted = Math.min(Math.max(step, 0), last);
  const rail = group.querySelector('.slider-rail-touch-rect');
  const box = rail.getBoundingClientRect(), inset = 10;
  const where = { bubbles: true, clientY: box.top + box.height / 2,
    clientX: box.left + inset + (box.width - 2 * inset) * wanted / last };
  rail.dispatchEvent(new MouseEvent('mousedown', where));
  document.dispatchEvent(new MouseEvent('mouseup', where));
}

function onKey(event) {
  const at = event.currentTarget;
  const isButton = at.matches('.updatemenu-button');
  const now = isButton ? 0 : stepsOf(at).active;
  const moves = isButton
    ? { Enter: () => at.dispatchEvent(new MouseEvent('click', { bubbles: true })) }
    : { ArrowRight: () => move(at, now + 1), ArrowUp: () => move(at, now + 1),
        ArrowLeft: () => move(at, now - 1), ArrowDown: () => move(at, now - 1),
        Home: () => move(at, 0), End: () => move(at, Infinity) };
  if (isButton) moves[' '] = moves.Enter;
  if (!(event.key in moves)) return;
  event.preventDefault();
  event.stopPropagation();
  moves[event.key]();
}

function reach() {
  const unreached = ':not([tabindex])';
  const buttons = `.js-plotly-plot .updatemenu-button${unreached}`;
  for (const one of document.querySelectorAll(buttons)) {
    const says = one.textContent.trim();
    one.setAttribute('role', 'button');
    one.setAttribute('aria-label', PLAYS[says] ?? says);
    one.setAttribute('tabindex', '0');
    one.addEventListener('keydown', onKey);
  }
  const sliders = `.js-plotly-plot .slider-group${unreached}`;
  for (const one of document.querySelectorAll(sliders)) {
    one.setAttribute('role', 'slider');
    one.setAttribute('aria-label', 'Frame');
    one.setAttribute('aria-valuemin', '0');
    one.setAttribute('tabindex', '0');
    one.addEventListener('keydown', onKey);
  }
  // A slider writes its label anew when it moves, whoever moves it.
  document.querySelectorAll('.js-plotly-plot .slider-group').forEach(tell);
}

export default function () {
  if (window.fusionvizReachesPlayers) return;
  window.fusionvizReachesPlayers = true;
  let waits = false;
  new MutationObserver(() => {
    if (waits) return;
    waits = true;
    requestAnimationFrame(() => { waits = false; reach(); });
  }).observe(document.body, { childList: true, subtree: true });
  reach();
}
"""

_reach = st.components.v2.component("fusionviz_player_keys", html="<i></i>", js=_JS)


def reach_players() -> None:
    """Let the keyboard reach the players in the charts of a page."""
    _reach(key="player_keys", height=1)
