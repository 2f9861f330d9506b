// What falls due next follows what happens, but no row moves under the pointer or the keys.

import { keepFresh } from "./fresh.js";

const due = document.querySelector("#due-next");
if (due) {
  keepFresh(due.parentElement, "#due-next", due.dataset.refresh, {
    mayReplace: (piece) => document.visibilityState === "visible" && !piece.matches(":hover, :focus-within"),
  });
}
