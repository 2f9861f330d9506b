// The start of every page of the workspace.

import "./palette.js";
import "./rename.js";
import "./triage.js";
import "./macros.js";
import { startComposer } from "./writing.js";
import { startKeys } from "./keys.js";
import { startList } from "./list.js";
import { count } from "./live/counts.js";
import { startLive } from "./live/live.js";
import { options } from "./options.js";
import { startMe } from "./me.js";
import { startDesk } from "./desk.js";
import { startTicket } from "./ticket.js";
import { startClocks } from "./time.js";
import { reason } from "./server.js";
import { toast } from "./toast.js";

startTicket();
startComposer();
startList();
startDesk();
startKeys();
startMe();
startClocks();
startLive();
if (document.querySelector("[data-count]:empty")) count();
if (document.querySelector("#desk")) setTimeout(options, 500);

for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, ({ detail }) => {
    const text = detail.xhr?.responseText ?? "";
    const data = text.startsWith("{") ? JSON.parse(text) : null;
    toast(reason({ status: detail.xhr?.status ?? 0, data }), { bad: true });
  });
}
