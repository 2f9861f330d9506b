// Changes of the selected tickets, or else of the open one, or else of the row under the cursor.

import { addActs } from "./acts.js";
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

async function choose(title, name, anchor, marks) {
  const facts = targets().facts;
  const choices = (await options())[name].map((choice) => ({ ...choice, isOn: marks(choice, facts) }));
  return pick({ title, choices, anchor: anchor ?? head()?.querySelector(`[data-act]`) });
}

async function assign(anchor) {
  const me = document.body.dataset.me;
  const facts = targets().facts;
  const agents = (await options()).agents.map((one) => ({ ...one, icon: "user", isOn: facts?.assignee === one.id }));
  const mine = agents.filter((one) => one.id === me).map((one) => ({ ...one, hint: "you" }));
  const choices = [...mine, ...agents.filter((one) => one.id !== me), { id: "", label: "Nobody", icon: "circle-dashed" }];
  const chosen = await pick({ title: "Assign to", choices, anchor });
  if (chosen) change("assign", { agent: chosen.id }, chosen.id ? `Assigned to ${chosen.label}` : "Unassigned");
}

async function team(anchor) {
  const facts = targets().facts;
  const teams = (await options()).teams.map((one) => ({ ...one, icon: "users", isOn: facts?.team === one.id }));
  const chosen = await pick({ title: "Move to team", choices: [...teams, { id: "", label: "No team", icon: "circle-dashed" }], anchor });
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
  const known = (await options()).tags.filter((tag) => !own.includes(tag.id));
  const choices = [...own.map((name) => ({ id: name, label: name, isOn: true })), ...known].map((tag) => ({ ...tag, icon: "tag" }));
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

/** Edit the subject in place. */
function subject() {
  const button = head().querySelector('[data-act="subject"]');
  const input = Object.assign(document.createElement("input"), { value: button.innerText.trim(), maxLength: 500 });
  input.setAttribute("aria-label", "Subject");
  button.hidden = true;
  button.before(input);
  input.select();
  const end = (isSaved) => {
    if (!input.isConnected) return;
    const text = input.value.trim();
    input.remove();
    button.hidden = false;
    if (isSaved && text && text !== button.innerText.trim()) change("subject", { subject: text }, "Renamed");
  };
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing) end(true);
    if (event.key === "Escape") end(false);
  });
  input.addEventListener("blur", () => end(true));
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
  subject: { label: "Rename", group: "Ticket", icon: "pencil", run: subject, when: () => mayEdit() && Boolean(head()) },
  follow: { label: "Follow or unfollow", group: "Ticket", icon: "star", when: () => Boolean(pane()), run: follow },
});

async function follow() {
  const button = document.querySelector('#side [data-act="follow"]');
  const isOn = button?.getAttribute("aria-pressed") !== "true";
  await change("follow", { on: isOn ? "1" : "" }, isOn ? "Following" : "No longer following");
  document.dispatchEvent(new CustomEvent("ticket:aside"));
}
