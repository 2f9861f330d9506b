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

function hear(message) {
  if (message && Object.hasOwn(handlers, message.type)) handlers[message.type](message);
}

/** What the site said before this page came; who they are is among it, so that nobody has to begin as nobody. A user
 * whom an earlier page heard of is told again, but for one with the site's token: ours remembers that one. */
export function catchUp({ user, waiting }) {
  if (user && !user.jwt) hear({ type: "identify", user });
  for (const said of Array.isArray(waiting) ? waiting : []) hear(said);
}

export function tell(type, said = {}) {
  if (isFramed && origin) window.parent.postMessage({ helpdesk: 1, type, ...said }, origin);
}

export const emit = (name, detail) => tell("event", { name, detail });

/** The site wishes another language than this page was asked for: the page gives way to one in that language, and the
 * site greets that one. The site itself cannot navigate the frame safely: a second address during the first one's
 * arrival is lost. */
export function goesElsewhere(locale) {
  const here = new URL(location.href);
  if (typeof locale !== "string" || here.searchParams.get("lang") === locale.slice(0, 100)) return false;
  here.searchParams.set("lang", locale.slice(0, 100));
  location.replace(here);
  return true;
}

/** `https://*.shop.example` stands for every name below it, as in the page's own policy. */
function fits(entry, given) {
  const star = entry.indexOf("://*.");
  if (star < 0) return entry === given;
  return given.startsWith(entry.slice(0, star + 3)) && given.endsWith(entry.slice(star + 4)) && !given.slice(star + 3).includes("/");
}
