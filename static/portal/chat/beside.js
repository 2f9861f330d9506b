/** What stands beside the messages: who has seen them, that nobody is free, and the question how it was. */
import * as log from "./log.js";
import * as mode from "./mode.js";

export function show({ seen, left, asks }) {
  log.markSeen(seen);
  mode.leave(Boolean(left));
  // Most conversations never come to it.
  if (asks) import("./rating.js").then((rating) => rating.show(asks), () => {});
}
