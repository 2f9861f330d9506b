/** The conversation as the visitor sees it: one element per message, in the order of their numbers. */
import { showFiles } from "./attached.js";
import { clock, tidy } from "./days.js";
import { at, part, word } from "./page.js";
import { fill } from "./text.js";

const NEAR = 80;
const list = at("log");
const scroll = at("scroll");
const newer = at("newer");

const bySeq = new Map();
const byId = new Map();

newer.addEventListener("click", toEnd);
// Whoever reads the end stays there when pictures load, the box grows or the keyboard opens.
let isFollowing = true;
scroll.addEventListener("scroll", () => {
  isFollowing = isAtEnd();
  if (isFollowing) newer.hidden = true;
}, { passive: true });
const sizes = new ResizeObserver(() => keepUp());
sizes.observe(list);
sizes.observe(scroll);

export const isEmpty = () => !list.childElementCount;
export const lastSeq = () => Math.max(0, ...bySeq.keys());
export const firstSeq = () => Math.min(...bySeq.keys());

export function clear() {
  list.replaceChildren();
  bySeq.clear();
  byId.clear();
}

export function toEnd() {
  isFollowing = true;
  scroll.scrollTop = scroll.scrollHeight;
  newer.hidden = true;
}

/** Whoever reads the end stays there, whatever came to stand below it. */
export function keepUp() {
  if (isFollowing) toEnd();
}

/** Messages from the server; those that are here already are only brought up to date. */
export function show(messages, { isOld = false } = {}) {
  const height = scroll.scrollHeight;
  let isNew = false;
  for (const message of messages) isNew = upsert(message) || isNew;
  tidy(list);
  if (isOld) scroll.scrollTop += scroll.scrollHeight - height;
  else if (isFollowing) toEnd();
  else if (isNew) newer.hidden = false;
  return isNew;
}

/** What was just written here, before the server knows. */
export function showPending(entry) {
  if (byId.has(entry.id)) return;
  const item = draw({ ...entry, from: "visitor" });
  item.dataset.state = "sending";
  const names = (entry.files || []).map((file) => fill(part("attached"), file.name, file.size));
  item.querySelector(".attached").append(...names);
  list.append(item);
  tidy(list);
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

function isAtEnd() {
  return scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR;
}
