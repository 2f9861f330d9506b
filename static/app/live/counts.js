// Keeps the numbers beside the views true: one question at most every two seconds, however much happens.

import { get } from "./fetch.js";

const DEBOUNCE_MS = 1_000;
const PAUSE_MS = 2_000;

let timer = 0;
let askedAt = -Infinity;

/** Something has changed: ask for the counts soon. */
export function countSoon() {
  if (timer || !document.querySelector("[data-count]")) return;
  const wait = Math.max(DEBOUNCE_MS, askedAt + PAUSE_MS - performance.now());
  timer = setTimeout(count, wait);
}

/** Ask for the counts now. */
export async function count() {
  timer = 0;
  askedAt = performance.now();
  if (document.visibilityState !== "visible") return;
  const { data } = await get("/live/counts/");
  if (!data) return;
  document.querySelectorAll("[data-count]").forEach((element) => {
    const n = data[element.dataset.count];
    if (n !== undefined) element.textContent = n > 999 ? "999+" : String(n);
  });
}
