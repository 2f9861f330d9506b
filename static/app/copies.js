// Copies of an answer: typed addresses become chips that say who that is; "Reply all" takes everybody in.

import { ask, reason } from "./server.js";
import { announce, toast } from "./toast.js";

async function add(input) {
  const typed = input.value.split(/[,;]/).map((text) => text.trim()).filter(Boolean);
  if (!typed.length || !input.dataset.person) return;
  const before = input.value;
  for (const address of typed) {
    const answer = await ask(`${input.dataset.person}?address=${encodeURIComponent(address)}`);
    if (!answer.ok) {
      toast(reason(answer), { bad: true });
      return;
    }
    if (input.value !== before || !input.isConnected) return;
    place(input, answer.data);
  }
  input.value = "";
}

function place(input, html) {
  const fresh = document.createElement("template");
  fresh.innerHTML = html;
  const chip = fresh.content.querySelector(".chip");
  const box = chip.querySelector("input");
  const present = input.parentElement.querySelector(`[name="cc"][value="${CSS.escape(box.value)}"]`);
  if (present) present.checked = true;
  else input.before(chip);
  announce(chip.textContent.trim());
}

document.addEventListener("focusout", (event) => {
  if (event.target.matches?.('[name="cc_more"]')) add(event.target);
});
document.addEventListener("keydown", (event) => {
  if (!event.target.matches?.('[name="cc_more"]') || event.isComposing) return;
  if (event.key !== "Enter" && event.key !== ",") return;
  if (event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  add(event.target);
});
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-reply-all]");
  if (!button) return;
  const boxes = [...button.parentElement.querySelectorAll('[name="cc"]')];
  const isAll = boxes.every((box) => box.checked);
  for (const box of boxes) box.checked = !isAll;
  announce(isAll ? "Reply to the sender only" : `Reply to all: ${boxes.length} more`);
});
