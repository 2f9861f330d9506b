/** Which of its faces the chat shows, and the line that says what is going on. */
import { at, word } from "./page.js";

const chat = document.querySelector(".chat");
const presence = at("presence");
const line = at("notice");
const shown = { isLeft: false };

export const isForm = () => chat.dataset.mode === "away";

/** `isForm`: nobody is there and nothing has been said; `isTalking`: there is a conversation; `isCalling`: the visitor
 * is about to book a call, which covers the rest. */
export function show({ isForm: asForm, isTalking, isCalling, isOnline, email, away, expected }) {
  chat.dataset.mode = asForm ? "away" : "talk";
  presence.dataset.online = isOnline;
  at("presence-text").textContent = [word(isOnline ? "online" : "away"), isOnline && expected].filter(Boolean).join(" · ");
  at("away-text").textContent = away;
  at("away").hidden = !asForm || isCalling;
  at("scroll").hidden = at("composer").hidden = asForm || isCalling;
  Object.assign(shown, { mayLeave: !asForm && !isCalling && isTalking && !email, isOnline, email: isTalking && email });
  if (!asForm && !isOnline && email) notice(word("away-known", email));
  else if (line.dataset.kind !== "state") notice("");
  showAddress();
}

/** Nobody has answered for so long that the answer comes by mail, although somebody is there. */
export function leave(isLeft) {
  shown.isLeft = isLeft;
  showAddress();
}

function showAddress() {
  at("address").hidden = !shown.mayLeave || (shown.isOnline && !shown.isLeft);
  at("address-text").textContent = word(shown.isOnline ? "left" : "away-unknown");
  if (shown.isLeft && shown.isOnline && shown.email && line.hidden) notice(word("by-mail", shown.email));
}

/** What the connection does: "online", "waiting" or "unavailable". */
export function showState(name) {
  if (name === "online") notice("");
  else notice(word(name === "waiting" ? "reconnecting" : "unavailable"), "state");
}

export function notice(text, kind = "") {
  line.textContent = text;
  line.dataset.kind = kind;
  line.hidden = !text;
}
