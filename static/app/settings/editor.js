// The editor of rules and macros: each step is drawn by the desk, one after the other, and takes no word from under the
// hands: what was typed while the desk was drawing stays. Without this module the same buttons post the whole page.

import { post, settled } from "../server.js";

let going = Promise.resolve();

/** Do one step ("test:0", "remove:0_1", "action:add", or none) on a part once the ones before it are done. */
function step(name, what) {
  going = going.then(() => redraw(name, what));
}

async function redraw(name, what) {
  const part = () => document.querySelector(`.rule-editor [data-part="${name}"]`);
  const sent = valuesIn(part().closest("form"));
  const answer = await post(part().dataset.draw, { ...Object.fromEntries(sent), do: what });
  if (!settled(answer)) return;
  const template = document.createElement("template");
  template.innerHTML = answer.data;
  const fresh = template.content.firstElementChild;
  for (const field of part().querySelectorAll("input, select, textarea")) carryOver(field, sent, fresh);
  const focused = document.activeElement?.id;
  part().replaceWith(fresh);
  (fresh.querySelector("[autofocus]") ?? (focused ? document.getElementById(focused) : null))?.focus();
}

/** @returns {Map<string, string[]>} */
function valuesIn(form) {
  const found = new Map();
  for (const [name, value] of new FormData(form)) found.set(name, [...(found.get(name) ?? []), value]);
  return found;
}

/** What was changed since it was sent is changed in the new drawing, too. */
function carryOver(field, sent, fresh) {
  const others = [...fresh.querySelectorAll(`[name="${CSS.escape(field.name)}"]`)];
  if (field.type === "checkbox") {
    const wasTicked = sent.get(field.name)?.includes(field.value) ?? false;
    const other = others.find((one) => one.value === field.value);
    if (other && field.checked !== wasTicked) other.checked = field.checked;
  } else if (others[0]?.tagName === field.tagName && field.value !== (sent.get(field.name)?.[0] ?? "")) {
    others[0].value = field.value;
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.('.rule-editor [data-part] button[name="do"]');
  if (!button) return;
  event.preventDefault();
  step(button.closest("[data-part]").dataset.part, button.value);
});

document.addEventListener("change", (event) => {
  const field = event.target.closest?.(".rule-editor [data-part] [data-redraws]");
  if (field) step(field.closest("[data-part]").dataset.part, "");
});

/** What was chosen before this module came, or is remembered by the browser, the desk has not drawn yet. */
for (const field of document.querySelectorAll(".rule-editor [data-part] select[data-redraws]")) {
  const drawn = [...field.options].findIndex((option) => option.defaultSelected);
  if (field.selectedIndex !== Math.max(0, drawn)) step(field.closest("[data-part]").dataset.part, "");
}
