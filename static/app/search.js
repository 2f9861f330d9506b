// Search while typing: the newest question wins, the address follows.

import { ask } from "./server.js";
import { tick } from "./time.js";

const PAUSE_MS = 180;

let timer = 0;
let asked = 0;

async function search(form) {
  const query = new URLSearchParams(new FormData(form)).toString();
  const mine = ++asked;
  const answer = await ask(`${form.action}?${query}`);
  if (mine !== asked || !answer.ok) return;
  document.querySelector("#hits").innerHTML = answer.data;
  history.replaceState({}, "", `?${query}`);
  tick();
}

export function startSearch() {
  const box = document.querySelector("#q[data-instant]");
  box?.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => search(box.form), PAUSE_MS);
  });
}
