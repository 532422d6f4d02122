"use strict";
// One card at a time. What was predicted is locked before what was computed is shown.
const lesson = JSON.parse(document.getElementById("lesson").textContent);
const say = lesson.phrases, answers = new Map(), picks = new Map();
const main = document.getElementById("card");
const back = document.getElementById("back"), next = document.getElementById("next");
let place = 0;

const fill = (text, words) => text.replace(/\{(\w+)\}/g, (_, name) => words[name]);
const plain = (text) => text.replaceAll("**", "");

function add(parent, tag, content = {}, html) {
  const one = Object.assign(document.createElement(tag), content);
  if (html !== undefined) one.innerHTML = html;
  return parent.appendChild(one);
}

function dress(figure) {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const layout = structuredClone(figure.layout);
  layout.template = structuredClone(lesson.template);
  layout.template.layout.font.color = dark ? "#e9e7e1" : "#22282e";
  for (const axis of ["xaxis", "yaxis"])
    Object.assign(layout.template.layout[axis], { gridcolor: dark ? "#3a424a" : "#d9d5ca" });
  layout.autosize = true;
  return layout;
}

function draw(parent, one) {
  const place = add(parent, "div", { className: "scroll" });
  const chart = add(place, "div", { className: "chart" });
  chart.setAttribute("role", "figure");
  chart.setAttribute("aria-label", one.alt);
  chart.style.height = `${one.height}px`;
  const figure = structuredClone(one.figure);
  const config = { displaylogo: false, responsive: true };
  Plotly.newPlot(chart, { data: figure.data, layout: dress(figure), frames: figure.frames, config });
}

function inWords(card, answer) {
  if (card.asks === "choice") return card.choices[answer].text;
  const unit = card.unit ? ` ${card.unit}` : "";
  const words = answer.map((n) => card.scale[n][1] + unit);
  return words.map((w, n) => (card.labels[n] ? `${card.labels[n]}: ${w}` : w)).join(", ");
}

// How far numbers are apart, in parts of all that could be predicted.
function off(card, answer) {
  const on = (value) => (card.log ? Math.log(value) : value);
  const truth = Array.isArray(card.truth) ? card.truth : [card.truth];
  const span = on(card.high) - on(card.low);
  const gaps = answer.map((n, k) => Math.min(Math.abs(on(card.scale[n][0]) - on(truth[k])) / span, 1));
  return gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
}

function isGood(card, answer) {
  return card.asks === "choice" ? answer === card.truth : off(card, answer) <= lesson.close;
}

function feedback(card, answer) {
  if (card.asks === "choice") return card.choices[answer].html;
  if (card.log && !Array.isArray(card.truth)) {
    const factor = Math.exp(Math.abs(Math.log(card.scale[answer[0]][0] / card.truth)));
    return fill(say.off_factor, { factor: factor.toPrecision(3) });
  }
  return fill(say.off_share, { share: `${Math.round(100 * off(card, answer))} %` });
}

function tell(parent, card, answer, number) {
  const known = answer !== undefined;
  const words = { said: known ? inWords(card, answer) : "", computed: card.truth_words };
  const text = plain(fill(known ? say.you_said : say.said_nothing, words));
  const box = add(parent, "div", { className: "told" });
  add(box, "div", { textContent: text });
  if (known) {
    box.classList.toggle("good", isGood(card, answer));
    add(box, "div", {}, feedback(card, answer));
  }
  if (number && card.asks === "curve") drawCurve(parent, card, answer, true);
}

function drawCurve(parent, card, answer, computed) {
  const traces = [];
  if (answer) traces.push({ x: card.labels, y: answer.map((n) => card.scale[n][0]),
    name: say.said, mode: "lines+markers", line: { dash: "dash", color: "#8a8a8a" } });
  if (computed) traces.push({ x: card.labels, y: card.truth, name: say.computed,
    mode: "lines+markers", line: { color: "#ff2fd6", width: 3 } });
  const ends = [card.low, card.high];
  const layout = dress({ layout: { margin: { l: 60, r: 10, t: 10, b: 40 },
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", showlegend: true,
    xaxis: { type: "category" }, yaxis: { type: card.log ? "log" : "linear",
      range: card.log ? ends.map(Math.log10) : ends, title: { text: card.unit } } } });
  const chart = add(parent, "div", { className: "curve" });
  chart.style.height = "240px";
  chart.setAttribute("role", "figure");
  chart.setAttribute("aria-label", traces.map((one) => `${one.name}: ${one.y.join(", ")}`).join("; "));
  Plotly.newPlot(chart, traces, layout);
}

function ask(parent, card) {
  const locked = answers.has(place);
  const box = add(parent, "div");
  if (card.asks === "choice") {
    card.choices.forEach((one, n) => {
      const label = add(box, "label");
      const input = add(label, "input", { type: "radio", name: "choice", disabled: locked });
      input.checked = (locked ? answers.get(place) : picks.get(place)) === n;
      input.onchange = () => { picks.set(place, n); lock.disabled = false; };
      label.append(` ${one.text}`);
    });
  } else {
    const middle = Math.floor(card.scale.length / 2);
    const start = answers.get(place) ?? picks.get(place) ?? card.labels.map(() => middle);
    picks.set(place, [...start]);
    const sliders = add(box, "div", { className: "sliders" });
    const curve = add(box, "div");
    const redraw = () => { if (card.asks !== "curve") return; curve.textContent = "";
      drawCurve(curve, card, picks.get(place), false); };
    card.labels.forEach((name, k) => {
      const label = add(sliders, "label", { textContent: `${name || say.your_prediction} ` });
      const words = add(label, "b");
      const input = add(label, "input", { type: "range", min: 0, max: card.scale.length - 1,
        value: start[k], disabled: locked });
      const write = () => { words.textContent = `${card.scale[input.value][1]} ${card.unit}`; };
      input.oninput = () => { picks.get(place)[k] = Number(input.value); write(); redraw(); };
      write();
    });
    redraw();
  }
  if (locked) {
    if (card.is_check) tell(parent, card, answers.get(place));
    else add(parent, "p", { className: "told", textContent:
      plain(fill(say.locked, { said: inWords(card, answers.get(place)) })) });
    return;
  }
  const lock = add(parent, "button", { id: "lock", textContent: card.is_check ? say.answer : say.lock });
  lock.disabled = !picks.has(place);
  lock.onclick = () => { answers.set(place, picks.get(place)); show(); };
}

function showStates(parent, card) {
  const words = add(parent, "div");
  let slider = null;
  if (card.states.length > 1) {
    const label = add(parent, "label", { textContent: `${card.control}: ` });
    const name = add(label, "b");
    slider = add(label, "input", { type: "range", min: 0, max: card.states.length - 1,
      value: card.start });
    slider.oninput = () => { name.textContent = `${card.states[slider.value].label} `; state(slider.value); };
    name.textContent = `${card.states[card.start].label} `;
  }
  const pictures = add(parent, "div");
  const state = (n) => {
    const one = card.states[n];
    words.innerHTML = one.html;
    pictures.textContent = "";
    if (one.figure === null) return;
    const figure = lesson.figures[one.figure];
    draw(pictures, figure);
    const how = add(pictures, "details");
    add(how, "summary", { textContent: "?" });
    add(how, "div", {}, figure.caption);
  };
  state(card.start);
}

function end() {
  add(main, "h1", { textContent: say.end });
  const rows = lesson.cards.map((card, n) => [card, answers.get(n)]).filter(([card]) => card.asks);
  const table = add(main, "table");
  const head = add(table, "tr");
  for (const name of ["question", "said", "computed", "verdict"]) add(head, "th", { textContent: say[name] });
  for (const [card, answer] of rows) {
    const row = add(table, "tr"), known = answer !== undefined;
    const verdict = known ? (isGood(card, answer) ? say.right : say.differs) : say.not_answered;
    for (const text of [card.title, known ? inWords(card, answer) : "–", card.truth_words, verdict])
      add(row, "td", { textContent: text });
  }
  add(main, "p", { textContent: lesson.takeaway });
}

function show() {
  const card = lesson.cards[place], count = lesson.cards.length;
  main.textContent = "";
  document.getElementById("where").textContent = card
    ? `${fill(say.card_of, { card: place + 1, count })} · ${card.kind}` : "";
  Object.assign(document.getElementById("progress"), { max: count, value: place + 1 });
  back.textContent = `← ${say.back}`;
  next.textContent = `${say.next} →`;
  back.disabled = place === 0;
  next.disabled = !card || (card.asks && !card.is_check && !answers.has(place));
  if (!card) { end(); return; }
  add(main, "h1", { textContent: card.title });
  if (card.reveals !== null && !answers.has(card.reveals)) {
    add(main, "p", { className: "told", textContent: say.predict_first });
    return;
  }
  if (card.question) add(main, "p", { textContent: `${lesson.minutes}. ${lesson.takeaway}` });
  if (card.reveals !== null) tell(main, lesson.cards[card.reveals], answers.get(card.reveals), true);
  add(main, "div", {}, card.formula);
  showStates(main, card);
  if (card.asks) ask(main, card);
}

function go(by) {
  if (by < 0 ? back.disabled : next.disabled) return;
  place += by;
  location.hash = String(place + 1);
  show();
}

back.onclick = () => go(-1);
next.onclick = () => go(1);
addEventListener("keydown", (event) => {
  if (event.target.tagName === "INPUT") return;
  if (event.key === "ArrowRight") go(1);
  if (event.key === "ArrowLeft") go(-1);
});
addEventListener("hashchange", () => {
  const wanted = Number(location.hash.slice(1)) - 1;
  if (wanted !== place && wanted >= 0 && wanted <= lesson.cards.length) { place = wanted; show(); }
});
place = Math.min(Math.max(Number(location.hash.slice(1)) - 1, 0), lesson.cards.length) || 0;
show();
