"use strict";
// Draws every figure where its place is, and again when light turns to dark.
const report = JSON.parse(document.getElementById("report").textContent);
const scheme = matchMedia("(prefers-color-scheme: dark)");

function dress(layout) {
  const dressed = structuredClone(layout);
  dressed.template = structuredClone(report.template);
  dressed.template.layout.font.color = scheme.matches ? "#e9e7e1" : "#22282e";
  for (const axis of ["xaxis", "yaxis"])
    Object.assign(dressed.template.layout[axis], { gridcolor: scheme.matches ? "#3a424a" : "#d9d5ca" });
  dressed.autosize = true;
  return dressed;
}

function draw() {
  report.figures.forEach((figure, place) => {
    const chart = document.getElementById(`chart-${place}`);
    const { data, layout, frames } = structuredClone(figure);
    Plotly.newPlot(chart, { data, layout: dress(layout), frames, config: { displaylogo: false, responsive: true } });
  });
}

draw();
scheme.addEventListener("change", draw);
