// All tickets that match the view: counted, shown, changed in the background, with progress, a stop and a way back.

import { rows, untick } from "../list.js";
import { ask, post, settled } from "../server.js";
import { announce, toast } from "../toast.js";

const LOOK_MS = 1_000;

const bar = () => document.querySelector("#bulk");
const query = () => document.querySelector("#tickets").dataset.query;
const counted = (n) => n.toLocaleString();

/** Tick what is on the page, and mean what is not. */
export async function chooseAll() {
  const answer = await ask(`/bulk/count/?${query()}`);
  if (!settled(answer)) return;
  const { count, is_more: isMore } = answer.data;
  const most = `More than ${counted(count)} match, as many as are changed at once. Narrow the view and do it in parts.`;
  if (isMore) return void toast(most, { bad: true });
  const boxes = rows().map((row) => row.querySelector("input"));
  boxes.forEach((box) => (box.checked = true));
  boxes[0]?.dispatchEvent(new Event("change", { bubbles: true }));
  bar().dataset.all = count;
  bar().querySelector("[data-selected]").textContent = `All ${counted(count)}`;
  announce(`All ${counted(count)} tickets of this view are selected.`);
}

/** Show what the change of them all would do; it begins when that is confirmed. */
export async function start({ verb, values }) {
  const view = query();
  const answer = await post(`/bulk/preview/${verb}/?${view}`, values);
  if (!settled(answer) || !(await confirmed(answer.data))) return;
  const begun = await post(`/bulk/start/${verb}/?${view}`, values);
  if (!settled(begun)) return;
  untick();
  follow(begun.data);
}

/** @returns {Promise<boolean>} */
function confirmed(html) {
  const before = document.activeElement;
  const dialog = Object.assign(document.createElement("dialog"), { className: "sheet bulk-preview", innerHTML: html });
  dialog.setAttribute("aria-labelledby", "bulk-preview");
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      before?.focus?.({ preventScroll: true });
      resolve(dialog.returnValue === "start");
    });
  });
}

/** Say how far it is until it is over. */
function follow(job) {
  const region = document.querySelector("#toasts");
  const item = Object.assign(document.createElement("div"), { className: "toast" });
  item.setAttribute("role", "status");
  const words = document.createElement("span");
  const bar = Object.assign(document.createElement("progress"), { max: job.total, value: 0 });
  const stop = Object.assign(document.createElement("button"), { type: "button", textContent: "Stop" });
  stop.addEventListener("click", () => post(`${job.address}cancel/`).then(settled));
  item.append(words, bar, stop);
  region.append(item);
  const look = async () => {
    const answer = await ask(job.address);
    if (!item.isConnected) return;
    if (!answer.ok && answer.status) return void (item.remove(), settled(answer));
    const now = answer.ok ? answer.data : job;
    bar.value = now.settled;
    words.textContent = `${now.label}: ${counted(now.settled)} of ${counted(now.total)}`;
    if (!now.is_over) return void setTimeout(look, LOOK_MS);
    item.remove();
    ended(now);
  };
  look();
}

function ended(job) {
  const left = [];
  if (job.refused) left.push(`${counted(job.refused)} could not be changed (${job.first_problem})`);
  if (job.left_out) left.push(`${counted(job.left_out)} left out`);
  if (left.length) toast(`${left.join(", ")}.`, { bad: Boolean(job.refused), action: "Show", run: () => location.assign(job.address) });
  const verb = job.state === "cancelled" ? "stopped" : "done";
  const undo = { action: "Undo", run: () => post(`${job.address}undo/`).then((answer) => settled(answer) && follow(answer.data)) };
  toast(`${job.label}: ${verb}, ${counted(job.done)} ticket${job.done === 1 ? "" : "s"} changed`, job.can_undo ? undo : {});
}
