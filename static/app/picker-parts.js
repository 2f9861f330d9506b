// Small parts of the picker: does a choice fit, lines between choices, where the dialog goes.

import { icon } from "./icons.js";

/** One choice; `picker` is told when it is clicked. */
export function lineOf(choice, index, isAt, picker) {
  const item = Object.assign(document.createElement("li"), { id: `pick-${index}`, className: isAt ? "at" : "" });
  item.setAttribute("role", "option");
  item.setAttribute("aria-selected", String(picker.options.many ? Boolean(choice.isOn) : isAt));
  if (choice.icon) item.append(icon(choice.icon));
  item.append(Object.assign(document.createElement("span"), { className: "clip", textContent: choice.label }));
  if (choice.isOn) item.append(icon("check"));
  if (choice.hint) item.append(Object.assign(document.createElement("span"), { className: "hint", textContent: choice.hint }));
  item.addEventListener("click", () => picker.take(index));
  return item;
}

export function fits(choice, text) {
  const words = `${choice.label} ${choice.hint ?? ""}`.toLowerCase();
  return text.toLowerCase().split(/\s+/).every((part) => words.includes(part));
}

export function remark(text) {
  const item = Object.assign(document.createElement("li"), { className: "group", textContent: text });
  item.setAttribute("role", "presentation");
  return item;
}

/** Below its anchor where there is room, else above, growing upwards; in the middle of small screens. */
export function place(dialog, anchor) {
  const box = anchor?.getBoundingClientRect();
  if (!box?.width || innerWidth < 600) return;
  const room = { below: innerHeight - box.bottom - 12, above: box.top - 12 };
  const isBelow = room.below > dialog.offsetHeight || room.below >= room.above;
  Object.assign(dialog.style, {
    margin: "0",
    left: `${Math.max(8, Math.min(box.left, innerWidth - dialog.offsetWidth - 8))}px`,
    top: isBelow ? `${box.bottom + 4}px` : "auto",
    bottom: isBelow ? "auto" : `${innerHeight - box.top + 4}px`,
    maxHeight: `${Math.min(420, isBelow ? room.below : room.above)}px`,
  });
}
