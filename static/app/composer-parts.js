// What the composer shows: its mode, what the channel allows, decisions that wait, how long the text is.

/** A reply is plain; a note is amber, locked and says so. */
export function dressMode(form, isNote) {
  form.classList.toggle("is-note", isNote);
  const mode = isNote ? "note" : "reply";
  form.querySelectorAll(".mode").forEach((one) => one.setAttribute("aria-pressed", String(one.dataset.mode === mode)));
  form.querySelector("[data-what-note]").hidden = !isNote;
  form.querySelector("[data-what-reply]").hidden = isNote;
  form.querySelector("[data-state-slot]").hidden = isNote;
  form.querySelector("[data-label]").textContent = isNote ? "Internal note" : "Reply to the customer";
  form.querySelector("[data-send-label]").textContent = isNote ? "Add note" : "Send";
  const resolve = form.querySelector('[data-send="resolve"]');
  if (resolve) resolve.hidden = isNote;
  const later = form.querySelector("[data-later]");
  if (later) later.hidden = isNote;
  form.querySelector("textarea").placeholder = isNote
    ? "Write to your colleagues. Type @ to mention someone."
    : "Write a reply. Type / for canned responses.";
}

/** May it be sent, and by which key: a chat goes by Enter alone. */
export function dressRules(form, { isBlocked, isSentByEnter }) {
  form.classList.toggle("blocked", isBlocked);
  form.querySelectorAll("[data-send]").forEach((button) => (button.disabled = isBlocked));
  form.querySelector("[data-send-key]").textContent = isSentByEnter ? "⏎" : "Ctrl ⏎";
}

/** Put in what the desk says about the channel, keeping what the person has chosen; null while they choose. */
export function takeState(slot, html) {
  if (slot.contains(document.activeElement)) return null;
  const ticked = [...slot.querySelectorAll("input:checked")].map((box) => box.value);
  const wasShown = Boolean(slot.querySelector('[name="cc"]'));
  const typed = slot.querySelector('[name="cc_more"]')?.value ?? "";
  const added = [...slot.querySelectorAll("[data-added]")];
  slot.innerHTML = html;
  slot.querySelectorAll('[name="cc"]').forEach((box) => (box.checked = wasShown ? ticked.includes(box.value) : box.checked));
  const more = slot.querySelector('[name="cc_more"]');
  if (more) more.value = typed;
  for (const chip of added) {
    if (!slot.querySelector(`[name="cc"][value="${CSS.escape(chip.querySelector("input").value)}"]`)) more?.before(chip);
  }
  const { undo, limitMb, maxText, problem, enterSends, filesOk } = slot.firstElementChild.dataset;
  return {
    undo: Number(undo),
    limitMb: Number(limitMb),
    maxText: Number(maxText),
    problem,
    enterSends: Boolean(enterSends),
    takesFiles: Boolean(filesOk),
  };
}

/**
 * A line above the editor that needs a decision; no text clears it.
 * @param {{label: string, run: () => void, isMain?: boolean}[]} actions
 */
export function showGuard(form, text = "", actions = []) {
  const place = form.querySelector("[data-guard]");
  const line = Object.assign(document.createElement("p"), { className: "banner warn" });
  line.append(Object.assign(document.createElement("span"), { textContent: text }));
  for (const { label, run, isMain } of actions) {
    const className = isMain ? "button small primary" : "button small";
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: label, className });
    button.addEventListener("click", () => {
      place.replaceChildren();
      run();
    });
    line.append(button);
  }
  place.replaceChildren(...(text ? [line] : []));
}

/** Whether the words are safe, and where. */
export function showSaved(form, state) {
  const words = { saved: "Draft saved", kept: "Draft kept on this device" };
  form.querySelector("[data-saved]").textContent = words[state] ?? "";
}

export function showLength(form, length, limit) {
  const mark = form.querySelector("[data-limit]");
  const over = limit ? length - limit : 0;
  mark.textContent = limit && over > -200 ? `${length} of ${limit}` : "";
  mark.classList.toggle("over", over > 0);
}

/** Type a sign for the person, after a space where one is needed. */
export function insertSign(area, sign) {
  area.focus();
  const before = area.value.slice(0, area.selectionStart);
  area.setRangeText((before && !/\s$/.test(before) ? " " : "") + sign, area.selectionStart, area.selectionEnd, "end");
}

/** Out of the editor; what was written stays. */
export function leave(event, area) {
  event.preventDefault();
  area.blur();
}
