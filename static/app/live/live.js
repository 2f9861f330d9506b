// The live page: hints from the socket and answers of the server come together here.
//
// The page offers: <body data-me>, #tickets with `data-view-*`, `data-sort` and `data-query`, #pill-new, #timeline with
// `data-ticket`, `data-number` and `data-seq`, #ticket-head, #presence, #connection, `[data-count]`. Each may be missing.

import { offerUpdate, showCaughtUp, showState } from "./bar.js";
import { beginAt, catchUp, startCatchingUp } from "./catchup.js";
import { countSoon } from "./counts.js";
import { sayTyping, showTicket, startPresence } from "./presence.js";
import { applyRow, flush, forgetHeld } from "./rows.js";
import { connect, onFrame, onState } from "./socket.js";
import { hintTicket, openTicket, refreshTicket } from "./timeline.js";

export { flush, onFrame, onState, openTicket, refreshTicket, sayTyping, showTicket };

const HERD_MS = 1_000;

/** The release that this page came with. */
let build = null;

const handlers = {
  onChange(change) {
    const isNews = applyRow(change);
    hintTicket(change);
    return isNews;
  },
  /** Too much has changed to tell: the page's list module loads the list again. */
  onReset() {
    forgetHeld();
    document.dispatchEvent(new CustomEvent("live:reset"));
    refreshTicket();
  },
  onDone(changed) {
    showCaughtUp(changed);
    if (changed) countSoon();
  },
};

/** Another list is on the screen: what has changed while it was on its way is asked for. */
export function listLoaded() {
  forgetHeld();
  catchUp(handlers);
}

/** Ask for everything that this page may have missed. */
export async function resync() {
  await Promise.all([catchUp(handlers), refreshTicket()]);
}

/** Start once per page. */
export function startLive() {
  onState((state) => {
    document.body.dataset.live = state;
    showState(state);
  });
  onFrame("hello", (frame) => {
    build ??= frame.build;
    if (frame.build !== build) offerUpdate();
    beginAt(frame.cursor);
    resync();
  });
  onFrame("resync", () => setTimeout(resync, Math.random() * HERD_MS));
  onFrame("reset", handlers.onReset);
  onFrame("wait.changed", async (frame) => (await import("../dialogs/waits.js")).showWaits(frame));
  onFrame("ticket.changed", (frame) => {
    handlers.onChange(frame);
    countSoon();
    document.dispatchEvent(new CustomEvent("live:ticket", { detail: frame }));
  });
  startCatchingUp(handlers);
  startPresence();
  showTicket();
  connect();
}
