/** The conversation as the visitor sees it: one element per message, in the order of their numbers. */
import { showFiles } from "./attached.js";
import { at, part, settings, word } from "./page.js";
import { fill } from "./text.js";

const NEAR = 80;
const list = at("log");
const scroll = at("scroll");
const newer = at("newer");
const clock = new Intl.DateTimeFormat(settings.locale || undefined, { hour: "2-digit", minute: "2-digit" });
const date = new Intl.DateTimeFormat(settings.locale || undefined, { weekday: "long", day: "numeric", month: "long" });

const bySeq = new Map();
const byId = new Map();

newer.addEventListener("click", toEnd);
scroll.addEventListener("scroll", () => isAtEnd() && (newer.hidden = true), { passive: true });

export const isEmpty = () => !list.childElementCount;
export const lastSeq = () => Math.max(0, ...bySeq.keys());
export const firstSeq = () => Math.min(...bySeq.keys());

export function clear() {
  list.replaceChildren();
  bySeq.clear();
  byId.clear();
}

export function toEnd() {
  scroll.scrollTop = scroll.scrollHeight;
  newer.hidden = true;
}

/** Messages from the server; those that are here already are only brought up to date. */
export function show(messages, { isOld = false } = {}) {
  const wasAtEnd = isAtEnd();
  const height = scroll.scrollHeight;
  let isNew = false;
  for (const message of messages) isNew = upsert(message) || isNew;
  tidy();
  if (isOld) scroll.scrollTop += scroll.scrollHeight - height;
  else if (wasAtEnd) toEnd();
  else if (isNew) newer.hidden = false;
  return isNew;
}

/** What was just written here, before the server knows. */
export function showPending(entry) {
  if (byId.has(entry.id)) return;
  const item = draw({ ...entry, from: "visitor", files: [] });
  item.dataset.state = "sending";
  for (const file of entry.files || []) item.querySelector(".attached").append(fill(part("attached"), file.name, file.size));
  list.append(item);
  tidy();
  toEnd();
}

export function markStored(id) {
  setState(byId.get(id), "sent");
}

export function markFailed(id, reason, again) {
  const item = byId.get(id);
  if (!item) return;
  setState(item, "failed");
  const trouble = item.querySelector(".trouble");
  trouble.hidden = false;
  trouble.firstElementChild.textContent = reason || word("failed");
  trouble.querySelector("button").onclick = () => {
    trouble.hidden = true;
    setState(item, "sending");
    again();
  };
}

/** Agents have had everything up to `seq` on their screen. */
export function markSeen(seq) {
  for (const [number, item] of bySeq) if (number <= seq && item.dataset.from === "visitor") setState(item, "seen");
}

function upsert(message) {
  const known = bySeq.get(message.seq) || (message.id && byId.get(message.id));
  const item = known || draw(message);
  bySeq.set(message.seq, item);
  item.dataset.seq = message.seq;
  if (message.from === "visitor") setState(item, message.seen || item.dataset.state === "seen" ? "seen" : "sent");
  else markSeen(message.seq);
  if (!known || !item.dataset.filed) showFiles(item, message.files);
  item.dataset.filed = "1";
  place(item, message.seq);
  return !known;
}

function place(item, seq) {
  const next = [...list.children].find((other) => other !== item && !(Number(other.dataset.seq) < seq));
  if (item.nextElementSibling !== (next || null) || !item.parentNode) list.insertBefore(item, next || null);
}

function draw(message) {
  const item = part("message");
  const when = new Date(message.at || Date.now());
  item.dataset.from = message.from;
  item.dataset.at = when.toISOString();
  item.dataset.name = message.from === "visitor" ? word("you") : message.name || word("desk");
  item.querySelector(".name").textContent = item.dataset.name;
  const text = item.querySelector(".text");
  if (message.text) fill(text, message.text);
  else text.remove();
  const time = item.querySelector("time");
  time.dateTime = item.dataset.at;
  time.textContent = clock.format(when);
  if (message.id) byId.set(message.id, item);
  return item;
}

function setState(item, state) {
  if (!item || (item.dataset.state === "seen" && state === "sent")) return;
  item.dataset.state = state;
  item.querySelector(".tick .said").textContent = word(state);
}

/** Names once per run of messages, a line for each new day. */
function tidy() {
  let before = null;
  for (const item of list.children) {
    const day = item.querySelector(".day");
    const isNewDay = !before || dayOf(item) !== dayOf(before);
    day.hidden = !isNewDay;
    day.textContent = isNewDay ? dayName(new Date(item.dataset.at)) : "";
    item.classList.toggle("again", !isNewDay && before.dataset.name === item.dataset.name);
    before?.classList.toggle("goes-on", !isNewDay && before.dataset.name === item.dataset.name);
    item.classList.remove("goes-on");
    before = item;
  }
}

const dayOf = (item) => new Date(item.dataset.at).toDateString();

function dayName(when) {
  const today = new Date();
  const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
  if (when.toDateString() === today.toDateString()) return word("today");
  return when.toDateString() === yesterday.toDateString() ? word("yesterday") : date.format(when);
}

function isAtEnd() {
  return scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR;
}
