// Replies that leave later: chosen, shown above the composer, sent at once or taken back; and messages made empty.

import { addActs } from "./acts.js";
import { composer } from "./composer.js";
import { showGuard } from "./composer-parts.js";
import { sayTyping } from "./live/live.js";
import { showNews, timeline } from "./live/timeline.js";
import { pick } from "./picker.js";
import { refusal, written } from "./send.js";
import { newKey, post, settled } from "./server.js";
import { snoozeChoices } from "./snooze.js";
import { announce, toast } from "./toast.js";
import { momentAt, words } from "./zone.js";

const mayReply = () => Boolean(composer() && !composer().isNote && document.querySelector("[data-later]"));
const mayRedact = () => ["manager", "admin"].includes(document.body.dataset.role) && Boolean(timeline());

/** A typed moment, such as 2026-12-24 09:30, by the agent's clock. */
function typed(text) {
  const found = /^(\d{4})-(\d\d?)-(\d\d?)(?:[ T](\d\d?):(\d\d))?$/.exec(text.trim());
  if (!found) return null;
  const [year, month, day, hour, minute] = found.slice(1).map((part) => Number(part ?? 0));
  const moment = momentAt({ year, month, day, hour, minute });
  return { id: moment.toISOString(), label: text.trim(), hint: words(moment), icon: "clock" };
}

async function sendLater(anchor) {
  const writer = composer();
  const problem = refusal(writer, writer.area.value, writer.files.all());
  if (problem) {
    showGuard(writer.form, problem);
    writer.area.focus();
    return;
  }
  const placeholder = "Choose, or type 2026-12-24 09:30";
  const choices = snoozeChoices().map((choice) => ({ ...choice, icon: "clock" }));
  const chosen = await pick({ title: "Send this reply later", choices, anchor, free: typed, placeholder });
  if (!chosen) return;
  const headers = { "Idempotency-Key": newKey() };
  const answer = await post(`${writer.form.dataset.base}schedule/`, { ...written(writer), send_at: chosen.id }, { headers });
  if (!settled(answer)) return;
  writer.clear();
  writer.drafts.forget();
  sayTyping("");
  showNews(answer.data);
  announce(`The reply leaves ${chosen.hint ?? chosen.label}.`);
}

async function act(anchor, verb) {
  const id = anchor?.closest("[data-scheduled]")?.dataset.scheduled;
  if (!id) return null;
  const base = document.querySelector("#composer").dataset.base;
  const answer = await post(`${base}scheduled/${id}/${verb}/`, { seq: timeline().dataset.seq });
  if (!settled(answer)) return null;
  anchor.blur();
  showNews(answer.data);
  return answer.data;
}

async function takeBack(anchor) {
  const data = await act(anchor, "cancel");
  if (!data) return;
  const writer = composer();
  const all = writer.area.value.trim() ? `${data.text}\n${writer.area.value}` : data.text;
  writer.setMode("reply", false);
  writer.restore(all, [...writer.files.all(), ...data.attachments.map((id) => ({ id, name: "attachment" }))]);
  writer.area.focus();
  announce("Taken back. The words are in the composer again.");
}

async function redact(anchor) {
  const message = anchor?.closest(".msg")?.dataset.message;
  const sure = { id: "yes", label: "Remove its words and files for good", icon: "trash-2" };
  const keep = { id: "", label: "Keep it", icon: "x" };
  const chosen = message && (await pick({ title: "This cannot be undone", choices: [keep, sure], anchor }));
  if (!chosen?.id) return;
  const answer = await post(`/m/${message}/redact/`, { seq: timeline().dataset.seq });
  if (!settled(answer)) return;
  showNews(answer.data);
  toast("The message is empty now.");
}

addActs({
  "send-later": { label: "Send later…", group: "Ticket", icon: "clock", run: sendLater, when: mayReply },
  "scheduled-send": { label: "", run: (anchor) => act(anchor, "send") },
  "scheduled-cancel": { label: "", run: takeBack },
  "message-redact": { label: "", run: redact, when: mayRedact },
});
