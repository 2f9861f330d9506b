/** The message box: grows with the text, Enter sends, Shift+Enter breaks the line, unsent words survive a reload. */
import * as files from "./files.js";
import { at, settings, store, word } from "./page.js";

const TYPING_EVERY = 3000;
const box = at("words");
const button = at("send");
const wrong = at("composer-wrong");
const mostBytes = Number(settings.maxTextBytes);

export function start({ onSay, onType }) {
  let typedAt = 0;
  files.start(update);
  box.value = store.get("draft");
  update();
  box.addEventListener("input", () => {
    store.set("draft", box.value);
    update();
    if (box.value && Date.now() - typedAt > TYPING_EVERY) {
      typedAt = Date.now();
      onType();
    }
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    say();
  });
  at("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    say();
  });

  function say() {
    const text = box.value.trim();
    if (!text && !files.any()) return;
    if (new TextEncoder().encode(text).length > mostBytes) {
      wrong.textContent = word("too-long");
      return;
    }
    wrong.textContent = "";
    typedAt = 0;
    prefill("");
    onSay(text, files.take());
    box.focus();
  }
}

export function prefill(text) {
  box.value = text;
  store.set("draft", text);
  update();
}

export const focus = () => box.focus({ preventScroll: true });

function update() {
  box.style.blockSize = "auto";
  // A closed panel has no height to measure.
  if (box.scrollHeight) box.style.blockSize = `${Math.min(box.scrollHeight + 2, 144)}px`;
  button.disabled = !box.value.trim() && !files.any();
}
