/** Starts the chat and decides what is shown: the conversation, the form of those who find nobody, or that of a call. */
import * as away from "./away.js";
import * as call from "./call.js";
import * as composer from "./composer.js";
import * as host from "./host.js";
import * as log from "./log.js";
import { dress } from "./look.js";
import * as mode from "./mode.js";
import { at, word } from "./page.js";
import * as session from "./session.js";
import { Talk } from "./talk.js";
import { showTyping } from "./typing.js";
import * as who from "./who.js";

const ASK_STATUS_EVERY = 20000;
const state = { isOpen: !host.isFramed, isOnline: true, away: "", email: "", isLoaded: false };

const talk = new Talk({
  isVisible: () => state.isOpen && document.visibilityState === "visible",
  onState: showState,
  onPresence(isOnline, text) {
    Object.assign(state, { isOnline, away: text });
    call.refresh();
    showMode();
  },
  onTyping: showTyping,
  onUnread: (count, text) => host.tell("unread", { count, text: text.slice(0, 120) }),
  onEarlier: (has) => (at("earlier").hidden = !has),
  onEvent(name) {
    host.emit(name);
    showMode();
  },
});

who.start({
  // What is said from here on waits until it is known for whom.
  onStep: () => talk.socket.greet(),
  onKnown: take,
  onRefused: ({ code, message }) => host.emit("error", { code, message }),
  onTrouble: () => showState("unavailable"),
});

function take(known) {
  Object.assign(state, { isOnline: known.online, away: known.away, expected: known.expected });
  Object.assign(state, { email: known.visitor.email, isLoaded: true });
  away.know({ ...talk.about, ...known.visitor });
  call.know({ ...known.call, name: known.visitor.name || talk.about.name });
  talk.takeWhole(known.conversation);
  if (known.conversation || state.isOpen) talk.connect();
  showState("online");
  log.toEnd();
  if (state.isOpen && host.isFramed) focus();
}

function showMode() {
  if (!state.isLoaded) return;
  const isEmpty = talk.ticket === null && log.isEmpty();
  const isCalling = call.isOpen();
  mode.show({ ...state, isForm: isEmpty && !state.isOnline, isTalking: talk.ticket !== null, isCalling });
}

function showState(name) {
  mode.showState(name);
  if (name === "online") showMode();
}

function opened() {
  state.isOpen = true;
  if (state.isLoaded) talk.connect();
  call.refresh();
  talk.look();
  log.toEnd();
  focus();
}

function focus() {
  if (call.isOpen()) call.focus();
  else if (mode.isForm()) away.focus();
  else composer.focus();
}

host.listen({
  hello(message) {
    if (host.goesElsewhere(message.locale)) return;
    dress(message);
    talk.page = String(message.page || "").slice(0, 500);
    host.catchUp(message);
    if (!who.hasBegun()) who.begin();
    host.tell("ready");
    if (talk.ticket !== null) host.emit("conversation:started");
    if (message.isOpen) opened();
    talk.look();
  },
  open: opened,
  close: () => (state.isOpen = false),
  look: (message) => host.goesElsewhere(message.locale) || dress(message),
  prefill: (message) => composer.prefill(String(message.text).slice(0, 2000)),
  identify({ user }) {
    if (user?.jwt) return who.begin(String(user.jwt));
    talk.about = { name: String(user?.name || "").slice(0, 160), email: String(user?.email || "").slice(0, 320) };
    away.know(talk.about);
  },
  logout() {
    talk.forget();
    composer.prefill("");
    who.signOut();
  },
});

at("close").hidden = !host.isFramed;
at("close").addEventListener("click", () => host.tell("close"));
addEventListener("keydown", (event) => event.key === "Escape" && host.tell("close"));
document.addEventListener("visibilitychange", () => talk.look());
at("earlier").addEventListener("click", async () => {
  const found = await session.earlier(log.firstSeq()).catch(() => null);
  if (!found) return;
  log.show(found.messages, { isOld: true });
  at("earlier").hidden = !found.earlier;
});
setInterval(async () => {
  if (!mode.isForm() || document.visibilityState !== "visible") return;
  const now = await session.status().catch(() => null);
  if (now?.online) Object.assign(state, { isOnline: true }), showMode();
}, ASK_STATUS_EVERY);

dress({});
composer.start({ onSay: (text, files) => talk.say(text, files), onType: () => talk.type() });
away.start({
  pageOf: () => talk.page,
  onLeft(conversation, email) {
    state.email = email;
    talk.take(conversation);
    talk.connect();
    showMode();
    mode.notice(word("by-mail", email));
  },
});
call.start({
  pageOf: () => talk.page,
  onTurn(isOpen) {
    showMode();
    if (!isOpen) focus();
  },
  onBooked(conversation) {
    talk.take(conversation);
    talk.connect();
    log.toEnd();
  },
});
if (!host.isFramed) who.begin();
