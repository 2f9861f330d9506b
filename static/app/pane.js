// The open ticket beside the list: real addresses, instant return to the last twenty, fetched before it is asked for.

import { focusRow, loadList, markOpen } from "./list.js";
import { catchTicketUp, refreshTicket } from "./live/timeline.js";
import { showTicket } from "./live/live.js";
import { dropPane, fetchPane, keepPane, keptPane, prefetch } from "./panes.js";
import { reason } from "./server.js";
import { toast } from "./toast.js";

const desk = () => document.querySelector("#desk");
const slot = () => document.querySelector("#pane-slot");
const shown = () => slot()?.querySelector(".pane") ?? null;
export const openNumber = () => shown()?.dataset.number ?? null;

let wanted = null;

/** Show a ticket. `how` is push (a click), replace (j and k) or none (the back button). */
export async function openTicket(number, how = "push") {
  if (openNumber() === number) return;
  wanted = number;
  const cached = keptPane(number);
  const node = cached?.node ?? (await fetched(number));
  if (!node || wanted !== number) return;
  keep();
  slot().replaceChildren(node);
  desk().dataset.open = number;
  const url = `/tickets/${number}/${viewSlug()}`;
  if (how !== "none") history[how === "push" ? "pushState" : "replaceState"]({}, "", url);
  arrived(cached?.top);
}

async function fetched(number) {
  slot().setAttribute("aria-busy", "true");
  const answer = await fetchPane(number);
  slot().removeAttribute("aria-busy");
  if (!answer.ok) {
    dropPane(number);
    toast(reason(answer), { bad: true });
    return null;
  }
  const fresh = document.createElement("template");
  fresh.innerHTML = answer.data;
  return fresh.content.querySelector(".pane");
}

function viewSlug() {
  const view = document.querySelector("#tickets")?.dataset.view ?? new URLSearchParams(location.search).get("view");
  return view ? `?view=${encodeURIComponent(view)}` : "";
}

/** The pane is on the screen: everything beside it follows. */
export function arrived(top) {
  const node = shown();
  document.title = `${node.dataset.title} · Helpdesk`;
  const body = node.querySelector(".body");
  body.scrollTop = top ?? body.scrollHeight;
  markOpen(node.dataset.ticket);
  showTicket();
  document.dispatchEvent(new CustomEvent("ticket:shown", { detail: { isFresh: top === undefined } }));
  if (top !== undefined) refreshTicket();
  else catchTicketUp();
  idlePrefetch();
}

function keep() {
  const node = shown();
  if (!node) return;
  document.dispatchEvent(new CustomEvent("ticket:leaving"));
  keepPane(node);
}

/** Back to the list alone. */
export function closeTicket(how = "push") {
  if (!shown()) return;
  wanted = null;
  const row = document.querySelector('.row[aria-current="true"]');
  keep();
  slot().replaceChildren();
  delete desk().dataset.open;
  if (how === "push") history.pushState({}, "", `/tickets/?${document.querySelector("#tickets")?.dataset.query ?? ""}`);
  document.title = `${document.querySelector("#list-head h1")?.textContent ?? "Tickets"} · Helpdesk`;
  markOpen(null);
  showTicket();
  if (row) focusRow(row);
}

function idlePrefetch() {
  const row = document.querySelector('.row[aria-current="true"] + .row');
  if (row) setTimeout(() => row.isConnected && prefetch(row.dataset.number), 300);
}

/** Another view in the list. */
export async function showView(query, how = "push") {
  closeTicket("none");
  if (how === "push") history.pushState({}, "", `/tickets/?${query}`);
  await loadList(`/tickets/list/?${query}`);
  const slug = document.querySelector("#tickets")?.dataset.view;
  document.querySelectorAll(".nav a.view").forEach((link) => {
    if (link.dataset.view === slug) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  });
  document.title = `${document.querySelector("#list-head h1")?.textContent ?? "Tickets"} · Helpdesk`;
  document.body.classList.remove("nav-open");
}
