// Sending: shown at once, sent once, taken back within the time to undo, never over a colleague's head.

import { showGuard } from "./composer-parts.js";
import { forgetMacros, waitingMacros } from "./draft-macros.js";
import { refreshTicket, showNews } from "./live/timeline.js";
import { sayTyping } from "./live/live.js";
import { newKey, post, reason } from "./server.js";
import { announce, toast } from "./toast.js";

/**
 * @param {any} composer
 * @param {{status?: string, anyway?: boolean, key?: string}} how a key is kept for another try of the same words
 */
export async function send(composer, { status = "", anyway = false, key = newKey() }) {
  const { form, area } = composer;
  const text = area.value;
  const files = composer.files.all();
  const problem = refusal(composer, text, files);
  if (problem) {
    showGuard(form, problem);
    area.focus();
    return;
  }
  const sent = { text, files, mode: composer.mode, status, key, base: form.dataset.base };
  const log = form.closest(".pane").querySelector("#timeline");
  const values = { ...written(composer), status, anyway: anyway ? "1" : "" };
  composer.drafts.keep();
  const before = document.querySelector("#ticket-head")?.dataset.status ?? "";
  const ghost = addGhost(log, sent);
  composer.clear();
  sayTyping("");
  await composer.drafts.settled();
  const answer = await post(`${sent.base}${sent.mode}/`, values, { headers: { "Idempotency-Key": key } });
  if (answer.ok) arrived(composer, sent, answer.data, before);
  else refused(composer, sent, answer, ghost);
}

/** What the composer holds, as the desk wants it. */
export function written({ form, area, files }) {
  const seen = form.closest(".pane").querySelector("#timeline").dataset.seq;
  const copies = [...form.querySelectorAll('[name="cc"]:checked')].map((box) => box.value);
  const more = form.querySelector('[name="cc_more"]')?.value ?? "";
  return { text: area.value, seq: seen, seen, cc: copies, cc_more: more, attachments: files.all().map((file) => file.id), macros: waitingMacros(form).map((one) => one.id) };
}

export function refusal(composer, text, files) {
  if (composer.files.isBusy()) return "Files are still being uploaded.";
  if (!text.trim() && !files.length) return "Write something first.";
  if (composer.rules.problem && !composer.isNote) return composer.rules.problem;
  const blank = text.match(/\[\[[^\]]+\]\]/);
  if (blank && !composer.isNote) return `Fill in ${blank[0]} first.`;
  const limit = composer.isNote ? 0 : composer.rules.maxText;
  return limit && text.length > limit ? `This channel takes ${limit} characters.` : "";
}

function addGhost(log, { text, mode, key }) {
  const ghost = document.createElement("li");
  ghost.className = `msg ghost ${mode === "note" ? "note" : "out"}`;
  ghost.dataset.ghost = key;
  const head = Object.assign(document.createElement("header"), { className: "msg-head" });
  head.append(Object.assign(document.createElement("b"), { textContent: document.body.dataset.name }), " sending…");
  const words = Object.assign(document.createElement("div"), { className: "msg-text", textContent: text });
  words.dir = "auto";
  ghost.append(head, words);
  log.append(ghost);
  const body = log.closest(".body");
  body.scrollTop = body.scrollHeight;
  return ghost;
}

function arrived(composer, sent, data, before) {
  composer.drafts.forget();
  forgetMacros(composer.form);
  showNews(data);
  announce(sent.mode === "note" ? "Note added" : "Reply sent");
  const until = data.undo_until ? Date.parse(data.undo_until) : 0;
  if (until - Date.now() < 1_000) return;
  const run = () => takeBack(composer, sent, data.message, before);
  toast(sent.status ? "Sent and resolved." : "Reply sent.", { action: "Undo", until, run });
}

async function takeBack(composer, sent, message, before) {
  const seq = document.querySelector("#timeline")?.dataset.seq ?? "";
  const answer = await post(`/m/${message}/undo/`, { seq, status: sent.status ? before : "" });
  if (!answer.ok) {
    toast(reason(answer), { bad: true });
    return;
  }
  composer.setMode(sent.mode, false);
  composer.restore(answer.data.text, sent.files, 0);
  showNews(answer.data);
  composer.area.focus();
  announce("Taken back. Your words are in the composer again.");
}

function refused(composer, sent, answer, ghost) {
  const { form } = composer;
  ghost.remove();
  composer.setMode(sent.mode, false);
  composer.restore(composer.area.value ? `${sent.text}\n${composer.area.value}` : sent.text, sent.files);
  // Other words under the same key would be taken for the first ones.
  const key = () => (composer.area.value === sent.text ? sent.key : newKey());
  const again = (extra) => send(composer, { status: sent.status, key: key(), ...extra });
  if (answer.status === 409 && answer.data?.details?.author) {
    refreshTicket();
    const review = () => document.querySelector("#timeline > .msg:last-of-type")?.scrollIntoView({ block: "nearest" });
    showGuard(form, answer.data.message, [
      { label: "Review", isMain: true, run: review },
      { label: "Send anyway", run: () => again({ anyway: true }) },
    ]);
  } else if (answer.status === 0 || answer.status >= 500) {
    showGuard(form, `${reason(answer)} Your words are kept.`, [{ label: "Try again", isMain: true, run: () => again({}) }]);
  } else showGuard(form, reason(answer));
}
