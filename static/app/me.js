// What belongs to the person: availability, theme, density, the bell, the drawer of views, copying.

import { act, addActs } from "./acts.js";
import { onFrame } from "./live/live.js";
import { ask, post, settled } from "./server.js";
import { toast, undoLast } from "./toast.js";

const root = document.documentElement;

async function ring() {
  const bell = document.querySelector("[data-bell]");
  if (!bell) return;
  const answer = await ask(bell.dataset.bell);
  if (!answer.ok) return;
  const count = bell.querySelector(".count");
  const unread = answer.data.unread;
  count.hidden = !unread;
  count.textContent = unread > 99 ? "99+" : unread || "";
}

async function setAvailability(value) {
  const answer = await post("/me/availability/", { availability: value });
  if (settled(answer)) showAvailability(value);
}

function showAvailability(value) {
  document.querySelectorAll("[data-availability]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.availability === value)));
  const dot = document.querySelector("[data-my-availability]");
  if (dot) dot.className = `dot ${value}`;
}

async function setPreference(name, value) {
  if (value) root.dataset[name] = value;
  else delete root.dataset[name];
  document.querySelectorAll(`[data-preference="${name}"]`).forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.value === value)));
  settled(await post("/me/preference/", { name, value }));
}

function turnTheme() {
  const isDark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  setPreference("theme", isDark ? "light" : "dark");
}

function escape() {
  const side = document.querySelector(".pane.side-open");
  if (document.body.classList.contains("nav-open")) document.body.classList.remove("nav-open");
  else if (document.activeElement?.matches("input, textarea, select")) document.activeElement.blur();
  else if (side) side.classList.remove("side-open");
  else act("unselect-or-close");
}

export function startMe() {
  ring();
  onFrame("notification", ring);
  onFrame("agent.changed", (frame) => String(frame.agent) === document.body.dataset.me && showAvailability(frame.availability));
  // A form is sent once, however often its button is pressed.
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || event.target.method !== "post") return;
    const buttons = [...event.target.querySelectorAll("[type=submit]")];
    setTimeout(() => buttons.forEach((button) => (button.disabled = true)));
    addEventListener("pageshow", () => buttons.forEach((button) => (button.disabled = false)), { once: true });
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-availability], [data-preference], [data-copy]");
    if (!button) {
      if (!event.target.closest?.(".nav, [data-act=nav]")) document.body.classList.remove("nav-open");
      return;
    }
    if (button.dataset.availability) setAvailability(button.dataset.availability);
    else if (button.dataset.preference) setPreference(button.dataset.preference, button.dataset.value);
    else copy(button.dataset.copy);
  });
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied.");
  } catch {
    toast("The browser does not allow copying here. Select the text instead.", { bad: true });
  }
}

addActs({
  theme: { label: "Light or dark", group: "Do", icon: "moon", run: turnTheme },
  nav: { label: "", run: () => document.body.classList.toggle("nav-open") },
  undo: { label: "", run: undoLast },
  escape: { label: "", run: escape },
  available: { label: "Be available", group: "Do", icon: "circle-check", run: () => setAvailability("available") },
  away: { label: "Be away", group: "Do", icon: "circle-dashed", run: () => setAvailability("away") },
});
