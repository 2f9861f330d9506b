// Inside an open ticket: its sidebar, earlier messages, mail in frames, buttons on messages.

import { addActs } from "./acts.js";
import { refreshTicket } from "./live/timeline.js";
import { ask, post, settled } from "./server.js";

const ASIDE_MS = 400;

let asideTimer = 0;

const timeline = () => document.querySelector("#timeline");
const pane = () => document.querySelector("#pane-slot .pane");

/** Fetch the sidebar, the composer's state and the drafts that the desk keeps. */
export async function loadAside({ withDrafts = false } = {}) {
  const side = document.querySelector("#side");
  const number = pane()?.dataset.number;
  if (!side) return;
  const answer = await ask(side.dataset.load);
  if (pane()?.dataset.number !== number) return;
  if (!answer.ok) {
    side.textContent = "";
    side.append(Object.assign(document.createElement("section"), { textContent: "The sidebar could not be loaded." }));
    return;
  }
  // Somebody fills in a field: it is not taken from under their hands.
  if (!side.querySelector("[data-field]:focus-within")) side.innerHTML = answer.data.side;
  document.dispatchEvent(new CustomEvent("composer:state", { detail: { state: answer.data.state, drafts: withDrafts ? answer.data.drafts : null } }));
}

async function earlier(button) {
  button.disabled = true;
  const body = button.closest(".body");
  const fromEnd = body.scrollHeight - body.scrollTop;
  const answer = await ask(button.dataset.earlier);
  button.disabled = false;
  if (!settled(answer)) return;
  const fresh = document.createElement("template");
  fresh.innerHTML = answer.data;
  const next = fresh.content.querySelector("[data-earlier]");
  for (const day of fresh.content.querySelectorAll("[data-day]")) document.getElementById(day.id)?.remove();
  const log = document.querySelector("#log");
  log.setAttribute("aria-live", "off");
  timeline().prepend(...[...fresh.content.children].filter((node) => node !== next));
  setTimeout(() => log.removeAttribute("aria-live"), 0);
  if (next) button.replaceWith(next);
  else button.remove();
  body.scrollTop = body.scrollHeight - fromEnd;
  dressFrames();
}

/** Mail frames get the height of their content, hand over their keys and show what they can do. */
function dressFrames() {
  for (const frame of document.querySelectorAll("iframe[data-mail]:not([data-dressed])")) {
    frame.dataset.dressed = "1";
    frame.addEventListener("load", () => dress(frame));
    if (frame.contentDocument?.readyState === "complete" && frame.contentDocument.body?.childNodes.length) dress(frame);
  }
}

function dress(frame) {
  const inside = frame.contentDocument;
  if (!inside?.body) return;
  const body = frame.closest(".body");
  const fit = () => {
    const isAtEnd = body && body.scrollHeight - body.scrollTop - body.clientHeight < 80;
    frame.style.blockSize = `${Math.min(inside.documentElement.scrollHeight, 6000)}px`;
    if (isAtEnd) body.scrollTop = body.scrollHeight;
  };
  frame.style.blockSize = "40px";
  fit();
  new ResizeObserver(fit).observe(inside.body);
  inside.addEventListener("keydown", ({ key, ctrlKey, metaKey, shiftKey, altKey }) => {
    document.dispatchEvent(new KeyboardEvent("keydown", { key, ctrlKey, metaKey, shiftKey, altKey, bubbles: true, cancelable: true }));
  });
  const images = frame.closest(".msg")?.querySelector("[data-frame-images]");
  if (images) images.hidden = !inside.documentElement.dataset.remote;
}

function reload(frame, name, value) {
  const url = new URL(frame.src);
  url.searchParams.set(name, value);
  frame.src = url;
}

function pressed(event) {
  const target = event.target.closest?.("[data-earlier], [data-frame-images], [data-frame-quotes], [data-post]");
  if (!target) return;
  const frame = target.closest(".msg")?.querySelector("iframe");
  if (target.matches("[data-earlier]")) earlier(target);
  else if (target.matches("[data-frame-images]")) reload(frame, "images", "1");
  else if (target.matches("[data-post]")) again(target);
  else {
    const isShown = target.getAttribute("aria-pressed") === "true";
    target.setAttribute("aria-pressed", String(!isShown));
    target.textContent = isShown ? "Show quoted text" : "Hide quoted text";
    reload(frame, "quotes", isShown ? "" : "1");
  }
}

async function again(button) {
  button.disabled = true;
  if (settled(await post(button.dataset.post))) refreshTicket();
  else button.disabled = false;
}

/** Move between messages with h and l. */
function walk(step) {
  const all = [...timeline().querySelectorAll(".msg")];
  const at = all.indexOf(document.activeElement.closest?.(".msg"));
  const next = all[at < 0 ? all.length - 1 : Math.max(0, Math.min(all.length - 1, at + step))];
  next?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: "nearest" });
}

export function startTicket() {
  document.addEventListener("click", pressed);
  document.addEventListener("ticket:shown", (event) => {
    dressFrames();
    if (event.detail.isFresh) loadAside({ withDrafts: true });
    if (Number(document.querySelector("[data-bell] .count")?.textContent)) {
      post("/notifications/read/", { ticket: pane().dataset.ticket });
    }
  });
  document.addEventListener("mail:frames", dressFrames);
  document.addEventListener("ticket:aside", () => loadAside());
  document.addEventListener("live:entries", () => {
    dressFrames();
    clearTimeout(asideTimer);
    asideTimer = setTimeout(loadAside, ASIDE_MS);
  });
}

function toggleSide() {
  const isNarrow = matchMedia("(max-width: 1279px)").matches;
  pane().classList.toggle(isNarrow ? "side-open" : "no-side");
}

addActs({
  side: { label: "Show or hide the customer", group: "Go", icon: "panel-right", run: toggleSide, when: () => Boolean(pane()) },
  "message-next": { label: "", run: () => walk(1), when: () => Boolean(timeline()) },
  "message-previous": { label: "", run: () => walk(-1), when: () => Boolean(timeline()) },
});
