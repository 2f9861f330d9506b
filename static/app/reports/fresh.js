// Keeps a piece of a page as the desk stands: the socket says that something happened, and the piece is asked for anew,
// at most once a second or so. Without a socket it is asked for every ten seconds.

import { onFrame, onState } from "../live/socket.js";
import { ask } from "../server.js";

const AT_ONCE_MS = 200;
const AT_MOST_EVERY_MS = 1_000;
const SOCKET_LOST_MS = 10_000;
// Waits grow and promises fall due without an event.
const ANYHOW_MS = 30_000;
const NEWS = ["ticket.changed", "agent.changed", "resync", "reset", "hello"];

/**
 * @param {Element} root holds the piece
 * @param {string} selector the piece, here and in the answer
 * @param {string} address
 * @param {{mayReplace?: (piece: Element) => boolean, onAge?: (toldAt: number) => void}} [options] `onAge` is called
 *   every second with the time of the last answer
 * @returns {() => void} asks soon
 */
export function keepFresh(root, selector, address, { mayReplace = () => true, onAge = () => {} } = {}) {
  let isOpen = false;
  let isAsking = false;
  let isWanted = false;
  let timer = 0;
  let toldAt = Date.now();
  let nextAt = 0;

  /** Many events in a moment are one question. */
  function soon() {
    if (isAsking) isWanted = true;
    else timer ||= setTimeout(refresh, Math.max(AT_ONCE_MS, nextAt - Date.now()));
  }

  async function refresh() {
    timer = 0;
    const piece = root.querySelector(selector);
    if (!mayReplace(piece)) return;
    isAsking = true;
    isWanted = false;
    const began = Date.now();
    const answer = await ask(address);
    const fresh = answer.ok ? new DOMParser().parseFromString(answer.data, "text/html").querySelector(selector) : null;
    // A desk that takes its time is asked less often.
    nextAt = Date.now() + Math.max(AT_MOST_EVERY_MS, 4 * (Date.now() - began));
    isAsking = false;
    if (fresh && mayReplace(piece)) {
      piece.replaceWith(fresh);
      toldAt = Date.now();
    }
    onAge(toldAt);
    if (isWanted) soon();
  }

  function tick() {
    if (Date.now() - toldAt > (isOpen ? ANYHOW_MS : SOCKET_LOST_MS)) soon();
    onAge(toldAt);
  }

  for (const type of NEWS) onFrame(type, soon);
  onState((state) => {
    isOpen = state === "open";
  });
  addEventListener("online", soon);
  setInterval(tick, 1_000);
  return soon;
}
