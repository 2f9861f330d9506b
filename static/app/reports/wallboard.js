// The wallboard: its figures follow what happens, the screen stays awake, and it says so when what hangs there is old.

import { keepFresh } from "./fresh.js";

const STALE_MS = 45_000;

const board = document.querySelector("#wallboard");
const stale = board.querySelector(".wallboard-stale");
const refreshSoon = keepFresh(board, ".wallboard-now", board.dataset.refresh, { onAge: sayAge });

function sayAge(toldAt) {
  const isStale = Date.now() - toldAt > STALE_MS;
  board.classList.toggle("is-stale", isStale);
  const since = new Date(toldAt).toLocaleTimeString();
  const said = isStale ? `Not up to date: these figures are those of ${since}. Trying again …` : "";
  if (stale.textContent !== said) stale.textContent = said;
}

/** A screen on the wall has nobody who would touch it. */
async function stayAwake() {
  if (document.visibilityState === "visible") await navigator.wakeLock?.request("screen").catch(() => {});
}

document.addEventListener("visibilitychange", () => {
  stayAwake();
  refreshSoon();
});
stayAwake();
