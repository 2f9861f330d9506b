// Macros: choose one. In the open ticket's composer it waits for Send; without words, or on selected tickets, it runs.

import { addActs } from "./acts.js";
import { composer } from "./composer.js";
import { putIntoDraft } from "./draft-macros.js";
import { ticked } from "./list.js";
import { options } from "./options.js";
import { pick } from "./picker.js";
import { ask, settled } from "./server.js";
import { announce } from "./toast.js";
import { change, mayChange } from "./triage.js";

async function macro(anchor) {
  const choices = (await options()).macros.map((one) => ({ ...one, icon: "command" }));
  const chosen = await pick({ title: "Use a macro", choices, anchor });
  if (!chosen) return;
  const open = ticked().length ? null : composer();
  const answer = open && chosen.writes ? await ask(`${open.form.dataset.base}macros/${chosen.id}/`) : null;
  if (!answer) change("macro", { macro: chosen.id }, `Ran ${chosen.label}`);
  else if (settled(answer)) {
    putIntoDraft(open, chosen, answer.data);
    announce(`${chosen.label} is in your draft. Nothing happens before Send.`);
  }
}

addActs({ macro: { label: "Use a macro…", group: "Ticket", icon: "command", run: macro, when: mayChange } });
