// A page's door to the live socket: frames and states come out, watches and typing go in.

import { join } from "./leader.js";

const ALIVE_MS = 25_000;

/** @type {Map<string, Set<(frame: any) => void>>} */
const listeners = new Map();
const stateListeners = new Set();
let speak = () => {};
let watched = [];
/** Whose socket it is: nothing is heard before the greeting has named this page's agent. */
let isMine = false;
let hasRenewed = false;

/** Calls `handler` with every frame of this type ("ticket.changed", "notification", "agent.changed" ...). */
export function onFrame(type, handler) {
  if (!listeners.has(type)) listeners.set(type, new Set());
  listeners.get(type).add(handler);
}

/** Calls `handler` with "connecting", "open", "lost" or "signed-out". */
export function onState(handler) {
  stateListeners.add(handler);
}

/** @param {object} frame */
export const send = (frame) => speak({ op: "send", frame });

/** The tickets that this page shows now; the screens of colleagues show it as presence. */
export function watch(tickets) {
  watched = tickets;
  tellWatched();
}

/** Open the connection (or join the one that another page holds). */
export function connect() {
  speak = "SharedWorker" in self ? viaWorker() : join(hear);
  rejoin();
  setInterval(() => speak({ op: "alive" }), ALIVE_MS);
  addEventListener("online", () => speak({ op: "wake" }));
  addEventListener("pagehide", () => speak({ op: "bye" }));
  addEventListener("pageshow", (event) => event.persisted && rejoin());
  document.addEventListener("visibilitychange", () => {
    tellWatched();
    if (document.visibilityState === "visible") speak({ op: "wake" });
  });
}

function viaWorker() {
  const address = document.body.dataset.socketWorker ?? new URL("./socket-worker.js", import.meta.url);
  const { port } = new SharedWorker(address, { type: "module", name: "helpdesk-live" });
  port.onmessage = ({ data }) => hear(data);
  port.start();
  return (message) => port.postMessage(message);
}

function rejoin() {
  speak({ op: "join" });
  tellWatched();
}

// A ticket on a hidden page is not being viewed.
function tellWatched() {
  speak({ op: "watch", tickets: document.visibilityState === "visible" ? watched : [] });
}

function hear(message) {
  if (message.op === "leader") rejoin();
  if (message.op === "state") stateListeners.forEach((handler) => handler(message.state));
  if (message.op !== "frame") return;
  const { frame } = message;
  if (frame.type === "hello" && !isGreeting(frame)) return;
  if (isMine) listeners.get(frame.type)?.forEach((handler) => handler(frame));
}

/** False for a greeting that this page need not hear: repeated for a sibling, or meant for another agent. */
function isGreeting(hello) {
  const wasMine = isMine;
  isMine = hello.agent === Number(document.body.dataset.me);
  if (isMine) return !(hello.again && wasMine);
  // Someone has signed in since the socket was opened, so its cookies are stale; or this page's agent is gone.
  if (hasRenewed) stateListeners.forEach((handler) => handler("signed-out"));
  else speak({ op: "renew" });
  hasRenewed = true;
  return false;
}
