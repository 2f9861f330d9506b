// Closes every gap: asks for what has changed since the cursor, on connect, on focus and now and then.

import { get } from "./fetch.js";

const QUIET_MS = 60_000;
const RETRY_MS = 2_000;
// Frames of mails take and give the focus all the time.
const FRESH_MS = 2_000;

/** The journal's end as this page knows it; only the server's answers move it, never a hint about a ticket. */
let cursor = null;
let running = false;
let again = false;
let answeredAt = -Infinity;

/**
 * @param {{onChange: (change: any) => boolean, onReset: () => void, onDone: (changed: number) => void}} handlers
 */
export function startCatchingUp(handlers) {
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") catchUp(handlers);
  });
  addEventListener("focus", () => performance.now() - answeredAt > FRESH_MS && catchUp(handlers));
  setInterval(() => document.visibilityState === "visible" && catchUp(handlers), QUIET_MS * (0.8 + Math.random() * 0.4));
}

/** The greeting says where to begin; the server looks back a minute from there, longer than a page takes to load. */
export function beginAt(greeted) {
  cursor ??= greeted;
}

/** Ask now; calls during an answer lead to one more question. */
export async function catchUp(handlers) {
  if (cursor === null) return;
  again = running;
  if (running) return;
  running = true;
  try {
    do {
      again = false;
      await ask(handlers);
    } while (again);
  } finally {
    // A row that could not be drawn must not end the catching up for good.
    running = false;
  }
}

async function ask(handlers) {
  const { status, data } = await get(`/live/changes/?since=${cursor}`);
  if (status === 0 || status >= 500) {
    setTimeout(() => catchUp(handlers), RETRY_MS * (0.5 + Math.random()));
    return;
  }
  if (!data) return;
  answeredAt = performance.now();
  cursor = data.cursor;
  if (data.reset) handlers.onReset();
  const changed = data.tickets.filter((change) => handlers.onChange(change));
  handlers.onDone(data.reset ? -1 : changed.length);
}
