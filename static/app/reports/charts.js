// Charts under the pointer and the keys: an upright line at the nearest mark, its figures said below.

const SVG = "http://www.w3.org/2000/svg";

for (const frame of document.querySelectorAll(".chart-scroll:has(.plot)")) start(frame);

/** Arrows go along the marks, Home and End to the first and last, Enter to the tickets behind the one that is shown. */
function start(frame) {
  const plot = frame.querySelector(".plot");
  const said = frame.parentElement.querySelector(".chart-said");
  const stops = [...plot.querySelectorAll(".stop")];
  if (!stops.length) return;
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("class", "crosshair");
  plot.append(line);
  let at = -1;

  const show = (number) => {
    at = Math.max(0, Math.min(number, stops.length - 1));
    const { x } = stops[at].dataset;
    const column = stops[at].querySelector("rect");
    const top = Number(column.getAttribute("y"));
    line.setAttribute("d", `M${x} ${top}V${top + Number(column.getAttribute("height"))}`);
    said.textContent = stops[at].getAttribute("aria-label");
  };
  const hide = () => {
    line.removeAttribute("d");
    said.textContent = "";
  };

  const moves = {
    ArrowRight: () => at + 1,
    ArrowLeft: () => (at < 0 ? stops.length - 1 : at - 1),
    Home: () => 0,
    End: () => stops.length - 1,
  };
  frame.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" && at >= 0 && event.target === frame) location.assign(stops[at].href.baseVal);
    else if (event.key === "Escape" && at >= 0) hide();
    else if (event.key in moves) show(moves[event.key]());
    else return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key in moves) follow(frame, plot, stops[at]);
  });
  plot.addEventListener("pointermove", (event) => {
    const number = stops.indexOf(nearest(stops, plot, event.clientX));
    if (number !== at) show(number);
  });
  plot.addEventListener("pointerleave", hide);
  frame.addEventListener("blur", hide);
  frame.setAttribute("role", "application");
  frame.setAttribute("aria-label", `${frame.getAttribute("aria-label")}: arrow keys read it, Enter opens the tickets`);
}

function nearest(stops, plot, clientX) {
  const box = plot.getBoundingClientRect();
  const x = ((clientX - box.left) / box.width) * plot.viewBox.baseVal.width;
  return stops.reduce((best, stop) => (Math.abs(stop.dataset.x - x) < Math.abs(best.dataset.x - x) ? stop : best));
}

/** On a narrow screen the chart is wider than its frame. */
function follow(frame, plot, stop) {
  const share = Number(stop.dataset.x) / plot.viewBox.baseVal.width;
  frame.scrollLeft = share * plot.getBoundingClientRect().width - frame.clientWidth / 2;
}
