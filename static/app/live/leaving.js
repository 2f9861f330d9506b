// Rows that no longer belong to the list: they fade, say where they went, and go after a moment.

import { whereTo } from "./membership.js";

const LEAVING_MS = 4_000;

/**
 * @param {HTMLElement} row
 * @param {any} change
 * @param {() => void} later called when the row may be dropped
 */
export function leave(row, change, later) {
  row.querySelector(":scope > .moved")?.remove();
  const note = Object.assign(document.createElement("span"), { className: "moved" });
  note.textContent = whereTo(row.dataset, change.facets);
  row.append(note);
  row.classList.add("leaving");
  row.dataset.seq = change.seq;
  row.dataset.left = performance.now();
  setTimeout(() => row.isConnected && later(), LEAVING_MS);
}

/** It belongs to the list again. */
export function stay(row) {
  row.classList.remove("leaving");
  row.querySelector(":scope > .moved")?.remove();
}

/** Remove the rows that have been leaving for so long; tells whether there were any. */
export function dropLeft(list, age = LEAVING_MS) {
  const rows = [...(list?.querySelectorAll(":scope > .leaving") ?? [])];
  const due = rows.filter((row) => performance.now() - Number(row.dataset.left) >= age);
  due.forEach((row) => row.remove());
  return due.length > 0;
}
