// Messages that belong elsewhere: moved, split off, merged with another ticket; each with a way back.

import { showNews, timeline } from "../live/timeline.js";
import { openTicket } from "../pane.js";
import { pick } from "../picker.js";
import { ask, post, settled } from "../server.js";
import { announce, toast } from "../toast.js";

const NEW = { id: "new", label: "A new ticket", icon: "plus" };

const base = () => document.querySelector("#ticket-head")?.dataset.base;

async function targets(query = "") {
  const answer = await ask(`${base()}targets/?q=${encodeURIComponent(query)}`);
  return answer.ok ? answer.data.tickets.map((one) => ({ ...one, icon: "mail" })) : [];
}

/** @returns {Promise<any>} the chosen ticket */
function target(title, anchor, first = []) {
  const choices = targets().then((found) => [...first, ...found]);
  const more = (text) => (text ? targets(text) : Promise.resolve([]));
  return pick({ title, anchor, choices, more, placeholder: "Number, subject or customer" });
}

/** One message, from its own button. */
export async function moveOne(anchor) {
  const message = anchor?.closest(".msg")?.dataset.message;
  if (!message) return;
  const chosen = await target("Move this message to", anchor, [NEW]);
  if (chosen) moved(await post(`${base()}move/`, { messages: message, to: chosen.id, seq: timeline().dataset.seq }));
}

/** Several, ticked in a list. */
export async function moveSeveral(anchor) {
  const choices = [...timeline().querySelectorAll(".msg[data-message]")].map((item) => ({
    id: item.dataset.message,
    label: item.querySelector(".msg-text")?.textContent.trim().slice(0, 80) || "(formatted message)",
    hint: item.querySelector(".msg-head b")?.textContent,
  }));
  const ticked = await pick({ title: "Which messages belong elsewhere?", anchor, choices, many: true });
  if (!ticked?.length) return;
  const chosen = await target(`Move ${ticked.length} to`, anchor, [NEW]);
  const messages = ticked.map((one) => one.id).join(",");
  if (chosen) moved(await post(`${base()}move/`, { messages, to: chosen.id, seq: timeline().dataset.seq }));
}

export async function merge(anchor) {
  const chosen = await target("Merge this ticket into", anchor);
  if (chosen) joinWith(chosen.id);
}

/** The ticket that the one on the screen was kept apart from. */
export const join = (anchor) => joinWith(anchor?.dataset.into);

async function joinWith(into) {
  moved(await post(`${base()}merge/`, { into, seq: timeline().dataset.seq }));
}

function moved(answer) {
  if (!settled(answer)) return;
  const { number, other, move, count, is_merge: isMerge } = answer.data;
  showNews(answer.data);
  const text = isMerge ? `#${number} is now part of #${other}.` : `${count > 1 ? `${count} messages` : "Message"} moved to #${other}.`;
  announce(text);
  if (isMerge) openTicket(String(other));
  toast(text, { action: "Undo", run: () => undo(number, move) });
}

async function undo(number, move) {
  const seq = timeline()?.dataset.number === String(number) ? timeline().dataset.seq : "";
  const answer = await post(`/tickets/${number}/moves/${move}/undo/`, { seq });
  if (!settled(answer)) return;
  await openTicket(String(number));
  showNews(answer.data);
  announce("Undone. Everything is back in its place.");
}
