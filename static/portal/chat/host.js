/** The site around the chat: messages to and from it, only from allowed origins and only from our own parent. */
import { settings } from "./page.js";

const allowed = JSON.parse(settings.origins || "[]");
export const isFramed = window.parent !== window;
let origin = "";
let handlers = {};

/** `byType`: what to do with each type of message; each gets the message. */
export function listen(byType) {
  handlers = byType;
  addEventListener("message", (event) => {
    if (event.source !== window.parent || !allowed.some((entry) => fits(entry, event.origin))) return;
    if (event.data?.helpdesk !== 1) return;
    origin = event.origin;
    hear(event.data);
  });
}

export function hear(message) {
  if (message && Object.hasOwn(handlers, message.type)) handlers[message.type](message);
}

export function tell(type, said = {}) {
  if (isFramed && origin) window.parent.postMessage({ helpdesk: 1, type, ...said }, origin);
}

export const emit = (name, detail) => tell("event", { name, detail });

/** `https://*.shop.example` stands for every name below it, as in the page's own policy. */
function fits(entry, given) {
  const star = entry.indexOf("://*.");
  if (star < 0) return entry === given;
  return given.startsWith(entry.slice(0, star + 3)) && given.endsWith(entry.slice(star + 4)) && !given.slice(star + 3).includes("/");
}
