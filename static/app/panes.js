// Panes at hand: those that were shown, as they were left, and those fetched before they are asked for.

import { ask } from "./server.js";

const KEPT = 20;
const FRESH_MS = 10_000;

/** Newest last: their nodes, words and scroll stay as they were. @type {Map<string, {node: Element, top: number}>} */
const kept = new Map();
/** @type {Map<string, {at: number, answer: Promise<any>}>} */
const ahead = new Map();

/** Fetch a pane, or wait for the one that is on its way. */
export function fetchPane(number) {
  const known = ahead.get(number);
  if (known && performance.now() - known.at < FRESH_MS) return known.answer;
  const answer = ask(`/tickets/${number}/pane/`);
  ahead.set(number, { at: performance.now(), answer });
  if (ahead.size > KEPT) ahead.delete(ahead.keys().next().value);
  return answer;
}

/** Fetch it ahead unless it is at hand. */
export function prefetch(number) {
  if (number && !kept.has(number)) fetchPane(number);
}

/** The pane as it was left, if it is remembered. */
export function keptPane(number) {
  ahead.delete(number);
  return kept.get(number);
}

export function keepPane(node) {
  const { number } = node.dataset;
  kept.delete(number);
  kept.set(number, { node, top: node.querySelector(".body").scrollTop });
  if (kept.size > KEPT) kept.delete(kept.keys().next().value);
}

/** Too much has changed to tell which of those fetched ahead are still true. */
document.addEventListener("live:reset", () => ahead.clear());

export function dropPane(number) {
  kept.delete(number);
  ahead.delete(number);
}
