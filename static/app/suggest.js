// Suggestions while writing: canned responses after "/", colleagues after "@" in notes.

import { options } from "./options.js";
import { ask } from "./server.js";

const TRIGGER = /(?:^|\s)([/@])([^\s/@]{0,30})$/;
const MOST = 8;

/** @type {Map<string, any[]>} canned responses by ticket number */
const canned = new Map();
let open = null;

/** Look at what stands before the caret; show what fits. */
export async function suggest(composer) {
  const { area, form } = composer;
  const found = area.value.slice(0, area.selectionStart).match(TRIGGER);
  const sign = found?.[1];
  if (!found || (sign === "@" && !composer.isNote)) return close(form);
  const choices = sign === "/" ? await responses(form.dataset.number) : await colleagues();
  if (area.value.slice(0, area.selectionStart).match(TRIGGER)?.[0] !== found[0]) return undefined;
  const text = found[2].toLowerCase();
  const fitting = choices.filter((one) => one.words.includes(text)).slice(0, MOST);
  if (!fitting.length) return close(form);
  open = { composer, fitting, at: 0, length: found[2].length + 1 };
  return render();
}

async function responses(number) {
  if (!canned.has(number)) {
    const answer = await ask(`/tickets/${number}/canned/`);
    if (!answer.ok) return [];
    canned.set(number, answer.data.canned.map((one) => ({ ...one, words: `${one.label} ${one.shortcut}`.toLowerCase() })));
  }
  return canned.get(number);
}

async function colleagues() {
  return (await options()).agents.map((one) => ({ label: one.label, text: `@${one.label} `, words: one.label.toLowerCase(), preview: one.hint }));
}

function render() {
  const { composer, fitting, at } = open;
  const list = composer.form.querySelector("#suggest");
  list.replaceChildren(
    ...fitting.map((one, index) => {
      const item = document.createElement("li");
      item.id = `suggest-${index}`;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", String(index === at));
      item.append(Object.assign(document.createElement("strong"), { textContent: one.label }));
      if (one.shortcut) item.append(Object.assign(document.createElement("kbd"), { textContent: `/${one.shortcut}` }));
      item.append(Object.assign(document.createElement("span"), { className: "preview", textContent: one.preview ?? one.text }));
      item.addEventListener("mousedown", (event) => (event.preventDefault(), take(index)));
      return item;
    }),
  );
  list.hidden = false;
  composer.area.setAttribute("aria-activedescendant", `suggest-${at}`);
  list.children[at].scrollIntoView({ block: "nearest" });
}

function take(index) {
  const { composer, fitting, length } = open;
  const { area, form } = composer;
  const end = area.selectionStart;
  close(form);
  area.setRangeText(fitting[index].text, end - length, end, "end");
  const blank = area.value.indexOf("[[");
  if (blank >= 0) area.setSelectionRange(blank, area.value.indexOf("]]", blank) + 2);
  composer.typed();
}

function close(form) {
  open = null;
  const list = form.querySelector("#suggest");
  list.hidden = true;
  form.querySelector("textarea").removeAttribute("aria-activedescendant");
}

// Before the composer's own keys: Enter takes a suggestion instead of sending.
document.addEventListener(
  "keydown",
  (event) => {
    if (!open || event.isComposing || event.target !== open.composer.area) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      open.at = (open.at + step + open.fitting.length) % open.fitting.length;
      render();
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) take(open.at);
    else if (event.key === "Tab") take(open.at);
    else if (event.key === "Escape") close(open.composer.form);
    else return;
    event.preventDefault();
    event.stopPropagation();
  },
  { capture: true },
);
document.addEventListener("focusout", (event) => open && event.target === open.composer.area && close(open.composer.form));
