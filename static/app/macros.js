// Macros: choose one, and it runs on the selected tickets or the open one.

import { addActs } from "./acts.js";
import { options } from "./options.js";
import { pick } from "./picker.js";
import { change, mayChange } from "./triage.js";

async function macro(anchor) {
  const choices = (await options()).macros.map((one) => ({ ...one, icon: "command" }));
  const chosen = await pick({ title: "Run a macro", choices, anchor });
  if (chosen) change("macro", { macro: chosen.id }, `Ran ${chosen.label}`);
}

addActs({ macro: { label: "Run a macro…", group: "Ticket", icon: "command", run: macro, when: mayChange } });
