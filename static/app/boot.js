// The start of every page of the workspace.

import "./palette.js";
import { startKeys } from "./keys.js";
import { count } from "./live/counts.js";
import { startLive } from "./live/live.js";
import { startMe } from "./me.js";
import { startSearch } from "./search.js";
import { reason } from "./server.js";
import { startClocks } from "./time.js";
import { toast } from "./toast.js";

if (document.querySelector("#desk")) await import("./desk-start.js");
if (document.querySelector(".rule-editor")) await import("./settings/editor.js");
startSearch();
startKeys();
startMe();
startClocks();
startLive();
if (document.querySelector("[data-count]:empty")) count();
document.documentElement.dataset.started = "1";

for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, ({ detail }) => {
    const text = detail.xhr?.responseText ?? "";
    const data = text.startsWith("{") ? JSON.parse(text) : null;
    toast(reason({ status: detail.xhr?.status ?? 0, data }), { bad: true });
  });
}
