// All tickets that match the view: counted, changed by the desk in the background, with progress, a stop and a way back.

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
  if (isMore) return void toast(`More than ${counted(count)} match. Narrow the view first.`, { bad: true });
  const boxes = rows().map((row) => row.querySelector("input"));
  boxes.forEach((box) => (box.checked = true));
  boxes[0]?.dispatchEvent(new Event("change", { bubbles: true }));
  bar().dataset.all = count;
  bar().querySelector("[data-selected]").textContent = `All ${counted(count)}`;
  announce(`All ${counted(count)} tickets of this view are selected.`);
}

/** Ask for the change of them all. */
export async function start({ verb, values, said }) {
  const answer = await post(`/bulk/start/${verb}/?${query()}`, { ...values, said });
  if (!settled(answer)) return;
  untick();
  follow(answer.data);
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
  toast(`${job.label}: ${verb}, ${counted(job.done)} tickets changed`, job.can_undo ? undo : {});
}
