// Taking the next ticket of the queue.

import { addActs } from "./acts.js";
import { openTicket } from "./pane.js";
import { post, reason, settled } from "./server.js";
import { toast } from "./toast.js";

async function takeNext() {
  const answer = await post("/tickets/next/");
  if (answer.status === 404) return toast(reason(answer));
  if (!settled(answer)) return;
  const { number, id } = answer.data;
  await openTicket(String(number));
  toast(`#${number} is yours`, { action: "Undo", run: () => giveBack(id) });
}

async function giveBack(id) {
  settled(await post("/tickets/bulk/assign/", { ids: id, agent: "" }));
}

addActs({
  "take-next": { label: "Take the next ticket", group: "Do", icon: "circle-dashed", run: takeNext, when: () => document.body.dataset.role !== "light" },
});
