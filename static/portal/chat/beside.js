/** What stands beside the messages: who has seen them, that nobody is free, the chat's end, and the question how it was. */
import * as composer from "./composer.js";
import * as log from "./log.js";
import * as mode from "./mode.js";
import { at, word } from "./page.js";
import * as session from "./session.js";

/** `goesOn`: words of the visitor are on their way; an end that was told before they came there is none. */
export function show({ seen, left, asks, chat }, { goesOn = false } = {}) {
  log.markSeen(seen);
  mode.leave(Boolean(left));
  goes(goesOn && chat === "over" ? "on" : chat);
  // Most conversations never come to it.
  if (asks) import("./rating.js").then((rating) => (asks.seq || isOver()) && rating.show(asks), () => {}).then(log.keepUp);
  if (!asks || asks.seq) at("asked").hidden = true;
}

/** The chat goes "on", or is "over" until the visitor writes again; anything else is none. */
export function goes(chat) {
  at("end").hidden = chat !== "on";
  at("over").hidden = chat !== "over";
  if (!isOver()) at("asked").hidden = true;
}

const isOver = () => !at("over").hidden;

at("end").addEventListener("click", async () => {
  const told = await session.end().catch(() => null);
  if (!told) return mode.notice(word("unavailable"));
  show(told.conversation);
  log.toEnd();
  composer.focus();
});
