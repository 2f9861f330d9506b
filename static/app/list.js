// The list under the hand: the cursor of j and k, ticked rows, further pages, other views.

import { addActs } from "./acts.js";
import { draftedTickets } from "./drafts.js";
import { flush, listLoaded } from "./live/live.js";
import { ask } from "./server.js";
import { tick } from "./time.js";
import { announce } from "./toast.js";

const MOST_ROWS = 1_000;

const list = () => document.querySelector("#tickets");
export const rows = () => [...(list()?.querySelectorAll(":scope > .row:not(.leaving)") ?? [])];
const linkOf = (row) => row.querySelector(".row-link");

/** The row with the focus, else that of the open ticket. */
export function cursorRow() {
  return document.activeElement?.closest?.(".row") ?? list()?.querySelector('.row[aria-current="true"]') ?? null;
}

/** Ticked rows. */
export function ticked() {
  return rows().filter((row) => row.querySelector("input").checked);
}

export function untick() {
  ticked().forEach((row) => (row.querySelector("input").checked = false));
  showTicked();
}

/** The neighbour of the cursor, or the first row. */
export function neighbour(step) {
  const all = rows();
  const at = all.indexOf(cursorRow());
  if (at < 0) return all[0] ?? null;
  return all[Math.max(0, Math.min(all.length - 1, at + step))];
}

export function focusRow(row) {
  linkOf(row).focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function showTicked() {
  const chosen = ticked();
  document.querySelectorAll(".row.checked").forEach((row) => row.classList.toggle("checked", chosen.includes(row)));
  chosen.forEach((row) => row.classList.add("checked"));
  list()?.parentElement.classList.toggle("selecting", chosen.length > 0);
  const bar = document.querySelector("#bulk");
  if (!bar) return;
  bar.hidden = !chosen.length;
  delete bar.dataset.all;
  document.querySelector("#list-head").hidden = chosen.length > 0;
  bar.querySelector("[data-selected]").textContent = chosen.length;
}

function toggle(row) {
  if (!row) return;
  const box = row.querySelector("input");
  box.checked = !box.checked;
  showTicked();
}

/** Mark the row of the open ticket. */
export function markOpen(ticket) {
  for (const row of rows()) {
    const isOpen = row.dataset.ticket === String(ticket ?? "");
    if (isOpen) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
}

export function markDrafts() {
  const drafted = draftedTickets();
  rows().forEach((row) => row.classList.toggle("has-draft", drafted.has(row.dataset.ticket)));
}

/** Fetch a list into the page: another view, or the same one anew. */
export async function loadList(url) {
  const place = document.querySelector("#list-pane");
  if (!place) return;
  place.setAttribute("aria-busy", "true");
  const answer = await ask(url);
  place.removeAttribute("aria-busy");
  if (!answer.ok) return;
  const top = document.querySelector("#list-scroll")?.scrollTop ?? 0;
  const isSame = url.split("?")[1] === list()?.dataset.query;
  place.innerHTML = answer.data;
  delete place.dataset.load;
  listLoaded();
  if (isSame) document.querySelector("#list-scroll").scrollTop = top;
  dressed();
}

/** After rows came: marks, times, and an eye on the end. */
function dressed() {
  markOpen(document.querySelector("#timeline")?.dataset.ticket);
  markDrafts();
  tick();
  const end = list()?.querySelector("[data-next]");
  if (end) ends.observe(end);
}

const ends = new IntersectionObserver((seen) => seen.filter((one) => one.isIntersecting).forEach((one) => more(one.target)), {
  rootMargin: "600px",
});

async function more(end) {
  ends.unobserve(end);
  if (rows().length >= MOST_ROWS) {
    end.textContent = "These are the first 1,000. Narrow the view to see others.";
    return;
  }
  const answer = await ask(end.dataset.next);
  if (!end.isConnected) return;
  if (!answer.ok) return void (end.textContent = "More could not be loaded. Scroll to try again."), setTimeout(() => ends.observe(end), 3_000);
  const fresh = document.createElement("template");
  fresh.innerHTML = answer.data;
  for (const row of [...fresh.content.querySelectorAll(".row")]) if (document.getElementById(row.id)) row.remove();
  end.replaceWith(fresh.content);
  dressed();
}

export function startList() {
  const place = document.querySelector("#list-pane");
  if (!place?.id || !document.querySelector("#desk")) return;
  if (place.dataset.load) loadList(place.dataset.load);
  else dressed();
  document.addEventListener("change", (event) => {
    if (event.target.closest?.(".row-check")) showTicked();
    if (event.target.closest?.("[data-autosubmit]")) event.target.form.requestSubmit();
  });
  document.addEventListener("live:rows", () => (dressed(), showTicked()));
  document.addEventListener("live:reset", () => loadList(`/tickets/list/?${list()?.dataset.query ?? ""}`));
  document.addEventListener("drafts:changed", markDrafts);
}

const inList = () => Boolean(document.activeElement?.closest?.("#tickets"));

addActs({
  tick: { label: "", run: () => toggle(cursorRow() ?? rows()[0]), when: () => rows().length > 0 },
  unselect: { label: "", run: untick },
  "next-row": { label: "", run: () => focusRow(neighbour(1)), when: inList },
  "previous-row": { label: "", run: () => focusRow(neighbour(-1)), when: inList },
  "show-new": { label: "", run: () => (flush(), announce("List brought up to date")) },
});
