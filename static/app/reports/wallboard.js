// The wallboard: the socket says that something happened, and the figures are asked for anew, at most once a second or
// so. Without a socket it looks every ten seconds; and it says so when what hangs there is old.

import { onFrame, onState } from "../live/socket.js";
import { ask } from "../server.js";

const AT_ONCE_MS = 200;
const AT_MOST_EVERY_MS = 1_000;
const SOCKET_LOST_MS = 10_000;
// Waits grow and promises fall due without an event.
const ANYHOW_MS = 30_000;
const STALE_MS = 45_000;
const NEWS = ["ticket.changed", "agent.changed", "resync", "reset", "hello"];

const board = document.querySelector("#wallboard");
const stale = board.querySelector(".wallboard-stale");
let isOpen = false;
let isAsking = false;
let isWanted = false;
let timer = 0;
let toldAt = Date.now();
let nextAt = 0;

/** Ask soon; many events in a moment are one question. */
function refreshSoon() {
  if (isAsking) isWanted = true;
  else timer ||= setTimeout(refresh, Math.max(AT_ONCE_MS, nextAt - Date.now()));
}

async function refresh() {
  timer = 0;
  isAsking = true;
  isWanted = false;
  const began = Date.now();
  const answer = await ask(board.dataset.refresh);
  const fresh = answer.ok ? new DOMParser().parseFromString(answer.data, "text/html").querySelector(".wallboard-now") : null;
  // A desk that takes its time is asked less often.
  nextAt = Date.now() + Math.max(AT_MOST_EVERY_MS, 4 * (Date.now() - began));
  isAsking = false;
  if (fresh) {
    board.querySelector(".wallboard-now").replaceWith(fresh);
    toldAt = Date.now();
  }
  sayAge();
  if (isWanted) refreshSoon();
}

function sayAge() {
  const isStale = Date.now() - toldAt > STALE_MS;
  board.classList.toggle("is-stale", isStale);
  const since = new Date(toldAt).toLocaleTimeString();
  const said = isStale ? `Not up to date: these figures are those of ${since}. Trying again …` : "";
  if (stale.textContent !== said) stale.textContent = said;
}

function tick() {
  if (Date.now() - toldAt > (isOpen ? ANYHOW_MS : SOCKET_LOST_MS)) refreshSoon();
  sayAge();
}

/** A screen on the wall has nobody who would touch it. */
async function stayAwake() {
  if (document.visibilityState === "visible") await navigator.wakeLock?.request("screen").catch(() => {});
}

for (const type of NEWS) onFrame(type, refreshSoon);
onState((state) => {
  isOpen = state === "open";
});
document.addEventListener("visibilitychange", () => {
  stayAwake();
  refreshSoon();
});
addEventListener("online", refreshSoon);
setInterval(tick, 1_000);
stayAwake();
