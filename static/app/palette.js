// The command palette: everything that can be done, every view, and tickets and people from the desk.

import { act, addActs, possibleActs } from "./acts.js";
import { keyOf } from "./keymap.js";
import { options } from "./options.js";
import { pick } from "./picker.js";
import { ask } from "./server.js";

const PAUSE_MS = 120;

async function open() {
  const doable = possibleActs().map(([name, found]) => ({
    label: found.label, icon: found.icon, group: found.group ?? "Do", hint: keyOf(name), run: () => act(name),
  }));
  doable.sort((one, other) => order(one.group) - order(other.group));
  const views = (known) => known.views.map((one) => ({ label: one.label, icon: one.icon, group: "Views", run: () => goTo(one.id) }));
  const chosen = await pick({
    title: "Commands", choices: options().then((known) => [...doable, ...views(known)]), isPalette: true, more: found,
    placeholder: "Do something, go somewhere, find a ticket or a person",
  });
  chosen?.run();
}

const GROUPS = ["Ticket", "Go", "Do", "Help"];
const order = (group) => (GROUPS.indexOf(group) + GROUPS.length + 1) % (GROUPS.length + 1);

let latest = 0;

async function found(text) {
  const mine = ++latest;
  if (text.length < 2) return [];
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  if (mine !== latest) return [];
  const answer = await ask(`/search/suggest/?q=${encodeURIComponent(text)}`);
  if (!answer.ok) return [];
  const line = (group, icon) => (one) => ({ ...one, group, icon, run: () => location.assign(one.href) });
  return [
    ...answer.data.tickets.map(line("Tickets", "inbox")),
    ...answer.data.people.map(line("People", "contact")),
    { label: `Search for “${text}”`, icon: "search", group: "Search", run: () => location.assign(`/search/?q=${encodeURIComponent(text)}`) },
  ];
}

function goTo(slug) {
  const query = `view=${encodeURIComponent(slug)}`;
  if (document.querySelector("#desk")) document.dispatchEvent(new CustomEvent("view:wanted", { detail: query }));
  else location.assign(`/tickets/?${query}`);
}

const page = (label, icon, href) => ({ label, icon, group: "Go", run: () => location.assign(href) });
const view = (slug) => ({ label: "", run: () => goTo(slug) });

addActs({
  palette: { label: "", run: open },
  "new-ticket": page("New ticket", "plus", "/tickets/new/"),
  search: { ...page("Search", "search", "/search/"), run: () => document.querySelector("#q")?.focus() ?? location.assign("/search/") },
  "go-mine": view("mine"),
  "go-unassigned": view("unassigned"),
  "go-all": view("all"),
  "go-snoozed": view("snoozed"),
  "go-notifications": page("Alerts", "bell", "/notifications/"),
  "go-contacts": page("People", "contact", "/contacts/"),
  "go-callbacks": page("Callbacks", "phone", "/callbacks/"),
  "go-reports": { ...page("Reports", "chart-column", "/reports/"), when: () => ["manager", "admin"].includes(document.body.dataset.role) },
  "go-settings": page("Settings", "settings", "/settings/"),
});
