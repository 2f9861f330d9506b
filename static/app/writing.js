// When composers come and go: shown, left, told of news, and the keys that lead to them.

import { addActs } from "./acts.js";
import { composer } from "./composer.js";

export function startComposer() {
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
