// How people move on the desk: clicks on rows and views, j and k, the back button, a look ahead.

import { addActs } from "./acts.js";
import { cursorRow, focusRow, neighbour, ticked, untick } from "./list.js";
import { arrived, closeTicket, openNumber, openTicket, showView } from "./pane.js";
import { dropPane, prefetch } from "./panes.js";
import { toast } from "./toast.js";

const HOVER_MS = 65;

const desk = () => document.querySelector("#desk");

async function arriveBy(url) {
  const number = url.pathname.match(/^\/tickets\/(\d+)\/$/)?.[1];
  if (number) return openTicket(number, "none");
  closeTicket("none");
  const wantedQuery = new URLSearchParams(url.search);
  const query = new URLSearchParams(document.querySelector("#tickets")?.dataset.query ?? "");
  if ((wantedQuery.get("view") ?? "mine") !== query.get("view")) await showView(url.search.slice(1), "none");
}

function step(by) {
  const row = neighbour(by);
  if (!row) return;
  if (openNumber()) openTicket(row.dataset.number, "replace");
  focusRow(row);
  prefetch(neighbour(by > 0 ? 1 : -1)?.dataset.number);
}

export function startDesk() {
  if (!desk()) return;
  const plain = (event) => !(event.ctrlKey || event.metaKey || event.shiftKey || event.button);
  document.addEventListener("click", (event) => {
    const row = event.target.closest?.(".row-link");
    const view = event.target.closest?.(".nav a.view");
    if (!plain(event) || !(row || view)) return;
    event.preventDefault();
    if (row) openTicket(row.closest(".row").dataset.number);
    else showView(new URL(view.href).search.slice(1));
  });
  let timer = 0;
  document.addEventListener("pointerover", (event) => {
    clearTimeout(timer);
    const row = event.target.closest?.(".row");
    if (row && row.dataset.number !== openNumber()) timer = setTimeout(() => prefetch(row.dataset.number), HOVER_MS);
  });
  document.addEventListener("view:wanted", ({ detail }) => showView(detail));
  addEventListener("popstate", () => arriveBy(new URL(location.href)));
  document.addEventListener("live:ticket-gone", () => {
    const number = openNumber();
    toast("You may no longer see this ticket.", { bad: true });
    closeTicket();
    dropPane(number);
  });
  if (openNumber()) arrived();
}

function back() {
  if (ticked().length) untick();
  else closeTicket();
}

addActs({
  "unselect-or-close": { label: "", run: back, when: () => Boolean(desk()) },
  next: { label: "", run: () => step(1), when: () => Boolean(desk()) },
  previous: { label: "", run: () => step(-1), when: () => Boolean(desk()) },
  open: { label: "", run: () => openTicket((cursorRow() ?? neighbour(0))?.dataset.number), when: () => Boolean(desk() && neighbour(0)) },
  close: { label: "Back to the list", group: "Go", icon: "arrow-left", run: () => closeTicket(), when: () => Boolean(openNumber()) },
});
