// Changes of the selected tickets, or else of the open one, or else of the row under the cursor.

import { addActs } from "./acts.js";
import { call } from "./dialogs.js";
import { cursorRow, ticked, untick } from "./list.js";
import { refreshTicket } from "./live/timeline.js";
import { options } from "./options.js";
import { pick } from "./picker.js";
import { post, reason, settled } from "./server.js";
import { snoozeChoices } from "./snooze.js";
import { toast } from "./toast.js";

const head = () => document.querySelector("#ticket-head");
const pane = () => document.querySelector("#pane-slot .pane");

/** What a change would be applied to. */
function targets() {
  const rows = ticked();
  if (rows.length) return { ids: rows.map((row) => row.dataset.ticket), facts: null };
  if (pane()) return { ids: [pane().dataset.ticket], facts: head().dataset };
  const row = cursorRow();
  return { ids: row ? [row.dataset.ticket] : [], facts: row?.dataset ?? null };
}

const hasTargets = () => targets().ids.length > 0;
const mayEdit = () => document.body.dataset.role !== "light";
export const mayChange = () => mayEdit() && hasTargets();
const when = mayChange;

/** Apply a verb; offer to take it back. */
export async function change(verb, values, said) {
  const { ids } = targets();
  if (!ids.length) return;
  if (document.querySelector("#bulk[data-all]")) return call(import("./dialogs/wholesale.js"), "start", { verb, values, said });
  const answer = await post(`/tickets/bulk/${verb}/`, { ids: ids.join(","), ...values });
  if (!settled(answer)) return;
  const { done, refused, undo } = answer.data;
  untick();
  refreshTicket();
  if (refused.length) toast(`#${refused[0].number}: ${refused[0].message}`, { bad: true });
  if (!done || !said) return;
  const text = done > 1 ? `${said} ${done} tickets` : said;
  toast(text, undo.length ? { action: "Undo", run: () => takeBack(undo) } : {});
}

async function takeBack(steps) {
  for (const { verb, ...values } of steps) {
    const answer = await post(`/tickets/bulk/${verb}/`, values);
    if (!answer.ok) toast(reason(answer), { bad: true });
  }
  refreshTicket();
}

function choose(title, name, anchor, isOn) {
  const facts = targets().facts;
  const choices = options().then((known) => known[name].map((choice) => ({ ...choice, isOn: isOn(choice, facts) })));
  return pick({ title, choices, anchor });
}

async function assign(anchor) {
  const chosen = await pick({ title: "Assign to", choices: options().then(people), anchor });
  if (chosen) change("assign", { agent: chosen.id }, chosen.id ? `Assigned to ${chosen.label}` : "Unassigned");
}

/** The agents, oneself first, and nobody. */
function people({ agents }) {
  const { me } = document.body.dataset;
  const facts = targets().facts;
  const lines = agents.map((one) => ({ ...one, icon: "user", isOn: facts?.assignee === one.id }));
  const mine = lines.filter((one) => one.id === me).map((one) => ({ ...one, hint: "you" }));
  return [...mine, ...lines.filter((one) => one.id !== me), { id: "", label: "Nobody", icon: "circle-dashed" }];
}

async function team(anchor) {
  const none = { id: "", label: "No team", icon: "circle-dashed" };
  const facts = targets().facts;
  const choices = options().then(({ teams }) => [
    ...teams.map((one) => ({ ...one, icon: "users", isOn: facts?.team === one.id })),
    none,
  ]);
  const chosen = await pick({ title: "Move to team", choices, anchor });
  if (chosen) change("team", { team: chosen.id }, chosen.id ? `Moved to ${chosen.label}` : "Taken out of its team");
}

async function status(anchor) {
  const chosen = await choose("Status", "statuses", anchor, (one, facts) => facts?.status === one.id);
  if (chosen) change("status", { status: chosen.id }, chosen.label);
}

async function priority(anchor) {
  const chosen = await choose("Priority", "priorities", anchor, (one, facts) => facts?.priority === one.id);
  if (chosen) change("priority", { priority: chosen.id }, `Priority ${chosen.label.toLowerCase()}`);
}

async function tags(anchor) {
  const own = (targets().facts?.tags ?? "").split(",").filter(Boolean);
  const choices = options().then(({ tags: known }) =>
    [...own.map((name) => ({ id: name, label: name, isOn: true })), ...known.filter((tag) => !own.includes(tag.id))]
      .map((tag) => ({ ...tag, icon: "tag" })),
  );
  const free = (text) => ({ id: text, label: text.toLowerCase().replace(/[\s,]+/g, "-"), icon: "plus", hint: "new tag" });
  const changed = await pick({ title: "Tags (Enter ticks, Esc or Tab applies)", choices, anchor, free, many: true });
  if (!changed) return;
  const add = changed.filter((tag) => tag.isOn).map((tag) => tag.label);
  const remove = changed.filter((tag) => !tag.isOn).map((tag) => tag.label);
  change("tags", { add: add.join(","), remove: remove.join(",") }, "Tags changed");
}

async function snooze(anchor) {
  const chosen = await pick({ title: "Snooze until", choices: snoozeChoices(), anchor });
  if (chosen) change("snooze", { until: chosen.id }, `Snoozed until ${chosen.hint}`);
}

addActs({
  assign: { label: "Assign…", group: "Ticket", icon: "user-check", run: assign, when },
  "assign-me": { label: "Assign to me", group: "Ticket", icon: "user", when, run: () => change("assign", { agent: document.body.dataset.me }, "Assigned to you") },
  team: { label: "Move to team…", group: "Ticket", icon: "users", run: team, when },
  status: { label: "Status…", group: "Ticket", icon: "circle-dot", run: status, when },
  priority: { label: "Priority…", group: "Ticket", icon: "flag", run: priority, when },
  tags: { label: "Tags…", group: "Ticket", icon: "tag", run: tags, when },
  snooze: { label: "Snooze…", group: "Ticket", icon: "alarm-clock", run: snooze, when },
  wake: { label: "Wake", group: "Ticket", icon: "bell", run: () => change("wake", {}, "Awake"), when: () => when() && Boolean(head()?.dataset.snoozed) },
  resolve: { label: "Resolve", group: "Ticket", icon: "check", run: () => change("status", { status: "resolved" }, "Resolved"), when },
  reopen: { label: "Reopen", group: "Ticket", icon: "rotate-ccw", run: () => change("status", { status: "open" }, "Open again"), when },
  spam: { label: "Mark as spam", group: "Ticket", icon: "ban", run: () => change("status", { status: "spam" }, "Marked as spam"), when },
});
