// The actions of macros that wait in a composer: shown as chips, done with Send, kept on this machine until then.

const keyOf = (ticket) => `macros:${document.body.dataset.me}:${ticket}`;

/** @returns {{id: string, label: string, does: string}[]} */
function kept(ticket) {
  try {
    return JSON.parse(localStorage.getItem(keyOf(ticket))) ?? [];
  } catch {
    return [];
  }
}

function keep(form, waiting) {
  try {
    if (waiting.length) localStorage.setItem(keyOf(form.dataset.ticket), JSON.stringify(waiting));
    else localStorage.removeItem(keyOf(form.dataset.ticket));
  } catch {
    // The browser keeps nothing: the chips on the screen have to do.
  }
  form.waitingMacros = waiting;
  showWaiting(form);
}

/** Those that will be done with the next Send of this composer. */
export function waitingMacros(form) {
  form.waitingMacros ??= kept(form.dataset.ticket);
  return form.waitingMacros;
}

/** Nothing happens now: the macro's words go where the cursor is, its actions wait for Send. */
export function putIntoDraft(composer, macro, { text, actions }) {
  const { form, area } = composer;
  if (text) {
    // A cursor that was never placed stands at the start: then the words go to the end.
    const at = area.selectionStart || area.value.length;
    const gap = at && !area.value.slice(0, at).endsWith("\n") ? "\n" : "";
    area.setRangeText(gap + text, at, Math.max(at, area.selectionEnd), "end");
    composer.typed();
  }
  if (actions.length) {
    const others = waitingMacros(form).filter((one) => one.id !== macro.id);
    keep(form, [...others, { id: macro.id, label: macro.label, does: actions.join(", ") }]);
  }
  area.focus();
}

export function forgetMacros(form) {
  keep(form, []);
}

export function showWaiting(form) {
  const place = form.querySelector("[data-macros]");
  if (!place) return;
  const chips = waitingMacros(form).map((one) => chip(form, one));
  place.replaceChildren(...(chips.length ? [document.createTextNode("With Send: "), ...chips] : []));
  place.hidden = !chips.length;
}

function chip(form, one) {
  const line = Object.assign(document.createElement("span"), { className: "chip", title: one.label });
  const remove = Object.assign(document.createElement("button"), { type: "button", textContent: "×" });
  remove.setAttribute("aria-label", `Do not: ${one.does}`);
  remove.addEventListener("click", () => {
    keep(form, waitingMacros(form).filter((other) => other.id !== one.id));
    form.querySelector("textarea").focus();
  });
  line.append(Object.assign(document.createElement("span"), { textContent: one.does }), remove);
  return line;
}
