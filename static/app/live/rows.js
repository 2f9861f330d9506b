// Keeps the ticket list true: rows change in place, arrive in their order, and never jump under a hand.

import { get } from "./fetch.js";
import { dropLeft, leave, stay } from "./leaving.js";
import { belongs } from "./membership.js";
import { morph, parse } from "./morph.js";
import { key, search } from "./order.js";
import { isAtRest, onRest } from "./rest.js";

const ASK_MS = 100;

/** Changes that wait for a quiet moment, newest per ticket. @type {Map<number, any>} */
const held = new Map();
/** Changes whose place only the server knows. @type {Map<number, any>} */
const asked = new Map();

export const list = () => document.querySelector("#tickets");
const rowOf = (id) => document.getElementById(`t${id}`);
const rows = () => [...list().querySelectorAll(":scope > .row")];

/** What this list has heard of, also of tickets that it does not show: an old hint may come late. */
const heard = new Map();

/** The list that the waiting changes are for. */
let shown = null;

/** Bring one row up to date; safe to repeat, and in any order. Tells whether it was news. */
export function applyRow(change) {
  if (list() !== shown) forgetHeld();
  if (!list() || !isNewer(change)) return false;
  const fits = change.gone ? false : belongs(list().dataset, change.facets);
  if (fits === null) ask(change);
  else place(change, fits);
  return fits !== false || Boolean(rowOf(change.ticket));
}

/** Put the waiting rows in and drop those that have left: the pill and the `.` key. */
export function flush() {
  if (dropLeft(list(), 0)) showEmpty();
  settleHeld();
}

/** The list was loaded anew: what waits is in it already. */
export function forgetHeld() {
  shown = list();
  held.clear();
  heard.clear();
  showPill();
}

function isNewer(change) {
  const known = [rowOf(change.ticket)?.dataset.seq, heard.get(change.ticket), asked.get(change.ticket)?.seq];
  const seen = Math.max(...known.map((seq) => Number(seq ?? -1)));
  return change.gone ? change.seq >= seen : change.seq > seen;
}

const isStillNews = (change) => change.seq >= Number(rowOf(change.ticket)?.dataset.seq ?? -1);

function place(change, fits) {
  const row = rowOf(change.ticket);
  heard.set(change.ticket, change.seq);
  held.delete(change.ticket);
  if (!fits) {
    if (row) leave(row, change, () => isAtRest(list()) && dropLeft(list()) && showEmpty());
  } else if (row && !moves(row, change)) {
    update(row, change);
  } else {
    if (row) update(row, change);
    held.set(change.ticket, change);
    if (isAtRest(list())) settleHeld();
  }
  showPill();
}

function settleHeld() {
  const waiting = [...held.values()].filter(isStillNews);
  held.clear();
  if (!list()) return;
  // All out first: a row in its old place with its new key would lead the search astray.
  const fresh = waiting.map((change) => rowOf(change.ticket) ?? parse(change.row));
  fresh.forEach((row) => row.remove());
  fresh.forEach(insert);
  if (fresh.length) showEmpty();
  showPill();
}

function update(row, change) {
  stay(row);
  morph(row, parse(change.row));
}

/** Into its place by binary search; beyond the loaded rows it waits for the next page. */
function insert(row) {
  const others = rows();
  const at = search(others, row, sort());
  if (at < others.length) others[at].before(row);
  else if (!others.length) list().prepend(row);
  else if (!list().querySelector("[data-next]")) others.at(-1).after(row);
}

const sort = () => list().dataset.sort;
const moves = (row, change) => key(row, sort()) !== key(parse(change.row), sort());

async function ask(change) {
  asked.set(change.ticket, change);
  if (asked.size > 1) return;
  await new Promise((resolve) => setTimeout(resolve, ASK_MS));
  const batch = [...asked.values()];
  asked.clear();
  const query = new URLSearchParams(list()?.dataset.query ?? "");
  query.set("ids", batch.map(({ ticket }) => ticket).join(","));
  const answer = await get(`/live/belonging/?${query}`);
  if (!answer.data) return;
  batch.filter(isStillNews).forEach((change) => place(change, answer.data.tickets.includes(change.ticket)));
}

/** Tell the list's own module, and show or hide the friendly empty state. */
function showEmpty() {
  const empty = document.querySelector("#list-empty");
  if (empty) empty.hidden = rows().length > 0;
  list().dispatchEvent(new CustomEvent("live:rows", { bubbles: true }));
}

function showPill() {
  const pill = document.querySelector("#pill-new");
  if (!pill) return;
  pill.hidden = held.size === 0;
  pill.textContent = `${held.size} new`;
}

onRest(() => {
  if (dropLeft(list())) showEmpty();
  settleHeld();
});
document.addEventListener("click", (event) => {
  if (!event.target.closest?.("#pill-new")) return;
  flush();
  list()?.closest(".list-scroll")?.scrollTo({ top: 0 });
});
