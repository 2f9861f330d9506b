// What opens over the ticket now and then: its scripts are loaded when somebody asks for it.

import { addActs } from "./acts.js";
import { timeline } from "./live/timeline.js";
import { toast } from "./toast.js";

const mayMove = () => document.body.dataset.role !== "light" && Boolean(timeline());

/** Call one function of a script that is on its way. */
export async function call(loading, name, argument) {
  const script = await loading.catch(() => null);
  if (script) script[name](argument);
  else toast("This could not be loaded. Check the connection and try again.", { bad: true });
}

const moving = (name) => (anchor) => call(import("./dialogs/moving.js"), name, anchor);

addActs({
  "message-move": { label: "", run: moving("moveOne"), when: mayMove },
  move: { label: "Move or split messages…", group: "Ticket", icon: "split", run: moving("moveSeveral"), when: mayMove },
  merge: { label: "Merge into another ticket…", group: "Ticket", icon: "merge", run: moving("merge"), when: mayMove },
  "select-all": { label: "", run: () => call(import("./dialogs/wholesale.js"), "chooseAll") },
  join: { label: "", run: moving("join"), when: mayMove },
});

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-aside]");
  if (!button) return;
  event.preventDefault();
  call(import("./dialogs/asides.js"), "show", button.dataset.aside);
});
