// Shows who else looks at the ticket and who is writing, and says so of this page.

import { onFrame, onState, send, watch } from "./socket.js";
import { openTicket } from "./timeline.js";

// A glance at a ticket in passing is not worth telling.
const GLANCE_MS = 2_000;
const SAY_MS = 3_000;
const AGENT_TYPING_MS = 8_000;
const CONTACT_TYPING_MS = 6_000;

let timer = 0;
let shown = null;
let isThere = false;
let saidAt = -Infinity;
let saidMode = "";
let typedAt = -Infinity;
/** @type {{agents: any[], agentsAt: number, contact: string, contactAt: number}} */
let known = { agents: [], agentsAt: 0, contact: "", contactAt: -Infinity };

/** Call it when another ticket (or none) comes on the screen; a look each second makes sure. */
export function showTicket() {
  const ticket = openTicket();
  if (ticket === shown) return;
  shown = ticket;
  known = { agents: [], agentsAt: 0, contact: "", contactAt: -Infinity };
  render();
  clearTimeout(timer);
  isThere = false;
  watch([]);
  if (ticket !== null) timer = setTimeout(() => stay(ticket), GLANCE_MS);
}

function stay(ticket) {
  clearTimeout(timer);
  if (!isThere) watch([ticket]);
  isThere = true;
}

/** The person types a "reply" or a "note", or "" when the text was sent or thrown away. */
export function sayTyping(mode) {
  showTicket();
  const now = performance.now();
  typedAt = mode ? now : -Infinity;
  if (shown === null || (mode === saidMode && (mode === "" || now - saidAt < SAY_MS))) return;
  [saidAt, saidMode] = [now, mode];
  // Whoever writes does not glance: be there at once, for words of those who are not there are not told.
  if (mode) stay(shown);
  send({ type: "typing", ticket: shown, mode });
}

export function startPresence() {
  // What was said to a closed line was heard by nobody.
  onState(() => (saidAt = -Infinity));
  onFrame("hello", () => performance.now() - typedAt < SAY_MS && sayTyping(saidMode));
  onFrame("presence", (frame) => {
    if (frame.ticket !== shown) return;
    known = { ...known, agents: frame.agents, agentsAt: performance.now() };
    render();
  });
  onFrame("contact.typing", (frame) => {
    if (frame.ticket !== shown) return;
    known = { ...known, contact: frame.name, contactAt: performance.now() };
    render();
  });
  setInterval(() => {
    showTicket();
    render();
  }, 1_000);
}

function render() {
  const bar = document.querySelector("#presence");
  if (!bar) return;
  const text = sentences().join(" · ");
  if (bar.textContent !== text) bar.textContent = text;
}

function sentences() {
  const now = performance.now();
  const me = Number(document.body.dataset.me);
  const others = known.agents.filter((agent) => agent.id !== me);
  const said = others.map((agent) => {
    const types = agent.state === "typing" && now - known.agentsAt < AGENT_TYPING_MS;
    if (!types) return `${agent.name} is viewing`;
    return `${agent.name} is typing a ${agent.mode === "note" ? "note" : "reply"}`;
  });
  if (now - known.contactAt < CONTACT_TYPING_MS) said.push(`${known.contact || "The customer"} is typing…`);
  return said;
}
