// When composers come and go: shown, left, told of news, and the keys that lead to them.

import { addActs } from "./acts.js";
import { composer } from "./composer.js";
import { recover } from "./vault.js";

/** A crash may have cost the quick copy of the drafts; the other one takes a moment to read. */
async function bringBack() {
  if (!(await recover())) return;
  document.dispatchEvent(new CustomEvent("drafts:changed"));
  if (composer() && !composer().area.value) composer().load();
}

export function startComposer() {
  bringBack();
  document.addEventListener("ticket:shown", () => composer());
  document.addEventListener("ticket:leaving", () => composer()?.drafts.flush());
  document.addEventListener("composer:state", ({ detail }) => composer()?.setState(detail.state, detail.drafts));
  document.addEventListener("live:entries", ({ detail }) => composer()?.setState(detail.data.state));
  for (const moment of ["pagehide", "visibilitychange"]) addEventListener(moment, () => composer()?.drafts.flush());
}

const when = () => Boolean(composer());
addActs({
  reply: { label: "Reply", group: "Ticket", icon: "reply", run: () => composer().setMode("reply"), when },
  note: { label: "Write a note", group: "Ticket", icon: "lock", run: () => composer().setMode("note"), when },
});
