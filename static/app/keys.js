// One listener for all keys: never while somebody writes, never with Alt, never during composition.

import { act, addActs } from "./acts.js";
import { COMPOSER_KEYS, KEYMAP } from "./keymap.js";

const CHORD_MS = 1_500;
const BY_KEYS = new Map(KEYMAP.map((line) => [line.keys, line.act]));
const CHORD_STARTS = new Set(KEYMAP.filter((line) => /^\w .$/.test(line.keys)).map((line) => line.keys[0]));

let chord = "";
let timer = 0;

const isEditable = (element) =>
  Boolean(element?.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]"));

function pressed(event) {
  if (event.isComposing || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  const name = nameOf(event);
  if (!name) return;
  const isCommand = name.startsWith("Ctrl+");
  if (isEditable(event.target) && !(isCommand && name !== "Ctrl+z") && name !== "Escape") return;
  if (!isCommand && name !== "Escape" && document.body.dataset.shortcuts === "off") return;
  const asChord = chord ? BY_KEYS.get(`${chord} ${name}`) : undefined;
  chord = "";
  clearTimeout(timer);
  if (!asChord && CHORD_STARTS.has(name)) {
    chord = name;
    timer = setTimeout(() => (chord = ""), CHORD_MS);
    return;
  }
  const wanted = asChord ?? BY_KEYS.get(name);
  if (wanted && act(wanted)) event.preventDefault();
}

/** Letters refuse Alt and AltGr; punctuation is taken as produced, whatever made it. */
function nameOf({ key, ctrlKey, metaKey, altKey, shiftKey, getModifierState }) {
  const isAltGraph = typeof getModifierState === "function" && document.activeElement && altKey && ctrlKey;
  if (key.length === 1 && /[^\p{L}\p{N}\s]/u.test(key) && (!(ctrlKey || metaKey) || isAltGraph)) return key;
  if (altKey) return "";
  if (ctrlKey || metaKey) return shiftKey ? "" : `Ctrl+${key.toLowerCase()}`;
  if (/^\p{L}$/u.test(key)) return shiftKey ? `Shift+${key.toUpperCase()}` : key.toLowerCase();
  return key;
}

/** The sheet of all keys. */
function showSheet() {
  const sheet = document.createElement("dialog");
  sheet.className = "sheet";
  sheet.setAttribute("aria-label", "Keyboard shortcuts");
  const grid = Object.assign(document.createElement("div"), { className: "keys-grid" });
  const groups = Map.groupBy?.(KEYMAP, (line) => line.group) ?? groupedBy(KEYMAP);
  for (const [name, lines] of [...groups, ["Composer", COMPOSER_KEYS]]) grid.append(groupOf(name, lines));
  const close = Object.assign(document.createElement("button"), { type: "button", className: "button", textContent: "Close" });
  close.addEventListener("click", () => sheet.close());
  const foot = Object.assign(document.createElement("p"), { className: "pad between" });
  const off = Object.assign(document.createElement("a"), { href: "/settings/", textContent: "Single keys can be switched off in your profile" });
  foot.append(off, close);
  sheet.append(grid, foot);
  sheet.addEventListener("click", (event) => event.target === sheet && sheet.close());
  sheet.addEventListener("close", () => sheet.remove());
  document.body.append(sheet);
  sheet.showModal();
  close.focus();
}

function groupedBy(lines) {
  const groups = new Map();
  for (const line of lines) groups.set(line.group, [...(groups.get(line.group) ?? []), line]);
  return groups;
}

function groupOf(name, lines) {
  const section = document.createElement("section");
  const list = document.createElement("dl");
  for (const { keys, label } of lines) {
    const value = document.createElement("dd");
    for (const part of keys.split(/[ +]/)) value.append(Object.assign(document.createElement("kbd"), { textContent: shown(part) }), " ");
    list.append(Object.assign(document.createElement("dt"), { textContent: label }), value);
  }
  section.append(Object.assign(document.createElement("h2"), { textContent: name }), list);
  return section;
}

function shown(key) {
  return { Escape: "Esc", ArrowDown: "↓", ArrowUp: "↑", k: "k" }[key] ?? key;
}

export function startKeys() {
  document.addEventListener("keydown", pressed);
}

addActs({ keys: { label: "Keyboard shortcuts", group: "Help", icon: "keyboard", run: showSheet } });
