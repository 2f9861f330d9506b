// Keeps the open ticket true: new entries at its end, changed ones in place, the header beside them.

import { get } from "./fetch.js";
import { morph, parse } from "./morph.js";

const NEAR_END_PX = 80;

const HEARD_OF = 500;

let running = false;
let again = false;

/** The newest seq that was told of each ticket: one that is opened may have been fetched before. @type {Map<number, number>} */
const heard = new Map();

export const timeline = () => document.querySelector("#timeline");

/** The ticket on the screen, or null. */
export const openTicket = () => (timeline() ? Number(timeline().dataset.ticket) : null);

/** A hint about a ticket: fetch what the screen is missing. */
export function hintTicket({ ticket, seq, gone }) {
  const newest = gone ? Infinity : Math.max(seq, heard.get(ticket) ?? 0);
  heard.delete(ticket);
  heard.set(ticket, newest);
  if (heard.size > HEARD_OF) heard.delete(heard.keys().next().value);
  if (ticket === openTicket()) catchTicketUp();
}

/** Fetch what came while the ticket on the screen was on its way there. */
export function catchTicketUp() {
  if ((heard.get(openTicket()) ?? 0) > Number(timeline().dataset.seq)) refreshTicket();
}

/** Fetch everything after the newest entry that the screen has. Safe to call at any time. */
export async function refreshTicket() {
  again = running;
  if (running || !timeline()) return;
  running = true;
  do {
    again = false;
    await fetchNews();
  } while (again);
  running = false;
}

async function fetchNews() {
  const { ticket, number, seq } = timeline().dataset;
  const { status, data } = await get(`/tickets/${number}/after/${seq}/`);
  // The person may have gone on to another ticket in the meantime.
  if (timeline()?.dataset.ticket !== ticket) return;
  if (status === 404 || status === 403) {
    document.dispatchEvent(new CustomEvent("live:ticket-gone", { detail: { ticket: Number(ticket) } }));
  }
  if (data) showNews(data);
}

/** Show what the server told: entries, the header; older news is ignored. */
export function showNews(data) {
  if (!timeline() || Number(timeline().dataset.ticket) !== data.ticket) return;
  const log = timeline();
  if (Number(data.seq) < Number(log.dataset.seq)) return;
  const scroller = log.closest(".body") ?? document.scrollingElement;
  const wasAtEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END_PX;
  const before = Number(log.dataset.seq);
  log.dataset.seq = data.seq;
  const fresh = document.createElement("template");
  fresh.innerHTML = data.entries;
  const added = [...fresh.content.children].filter((entry) => put(log, entry, before, data.back));
  data.gone?.forEach((id) => log.querySelector(`[data-message="${id}"]`)?.remove());
  log.querySelectorAll("[data-undone]").forEach((one) => log.querySelector(`[data-post="${one.dataset.undone}"]`)?.remove());
  if (data.head) morphHead(data.head);
  if (added.length && wasAtEnd) scroller.scrollTo({ top: scroller.scrollHeight });
  else if (added.length) announce(scroller, added.length);
  log.dispatchEvent(new CustomEvent("live:entries", { bubbles: true, detail: { added, data } }));
  if (data.more) refreshTicket();
}

/** True when the entry is a new one at the end. Days have no seq, sent messages replace their ghost. */
function put(log, entry, before, back = []) {
  const { message, key, seq } = entry.dataset;
  const find = (name, value) => (value ? log.querySelector(`[data-${name}="${CSS.escape(value)}"]`) : null);
  const present = find("message", message) ?? find("ghost", key);
  if (present) {
    present.replaceWith(entry);
    return false;
  }
  if (back.includes(Number(message))) return putBack(log, entry);
  if (seq ? Number(seq) <= before : entry.id && document.getElementById(entry.id)) return false;
  log.append(entry);
  return true;
}

/** A message that was moved away has come back: to its old place, unless that is further up than what is shown. */
function putBack(log, entry) {
  const seq = Number(entry.dataset.seq);
  const later = [...log.querySelectorAll(":scope > [data-seq]")].find((item) => Number(item.dataset.seq) > seq);
  log.insertBefore(entry, later ?? null);
  return false;
}

function morphHead(html) {
  const head = document.querySelector("#ticket-head");
  const fresh = parse(html);
  if (head && fresh) morph(head, fresh);
}

function announce(scroller, count) {
  let pill = scroller.querySelector(".pill-entries");
  if (!pill) {
    pill = Object.assign(document.createElement("button"), { type: "button", className: "pill-new pill-entries" });
    pill.dataset.count = 0;
    pill.addEventListener("click", () => scroller.scrollTo({ top: scroller.scrollHeight }));
    scroller.addEventListener("scroll", () => {
      if (scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END_PX) pill.remove();
    });
    scroller.append(pill);
  }
  pill.dataset.count = Number(pill.dataset.count) + count;
  pill.textContent = `${pill.dataset.count} new below`;
}
