/** Starts the chat and decides what is shown: the conversation, or the form of those who find nobody. */
import * as away from "./away.js";
import * as composer from "./composer.js";
import * as host from "./host.js";
import * as log from "./log.js";
import { dress } from "./look.js";
import { at, word } from "./page.js";
import * as session from "./session.js";
import { Talk } from "./talk.js";
import { showTyping } from "./typing.js";

const ASK_STATUS_EVERY = 20000;
const chat = document.querySelector(".chat");
const presence = at("presence");
const state = { isOpen: !host.isFramed, isOnline: true, away: "", email: "", isLoaded: false };

const talk = new Talk({
  isVisible: () => state.isOpen && document.visibilityState === "visible",
  onState: showState,
  onPresence(isOnline, text) {
    state.isOnline = isOnline;
    state.away = text;
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

async function begin(options) {
  try {
    const known = await session.open(options);
    Object.assign(state, { isOnline: known.online, away: known.away, email: known.visitor.email, isLoaded: true });
    away.know({ ...talk.about, ...known.visitor });
    talk.take(known.conversation);
    if (known.conversation || state.isOpen) talk.connect();
  } catch (problem) {
    if (problem.code === "identity_refused") {
      host.emit("error", { code: problem.code, message: problem.message });
      return begin({});
    }
    showState("unavailable");
    setTimeout(() => begin(options), 5000);
  }
  showMode();
  log.toEnd();
  if (state.isOpen && host.isFramed) focus();
}

function showMode() {
  if (!state.isLoaded) return;
  const isForm = talk.ticket === null && log.isEmpty() && !state.isOnline;
  chat.dataset.mode = isForm ? "away" : "talk";
  presence.dataset.online = state.isOnline;
  at("presence-text").textContent = word(state.isOnline ? "online" : "away");
  at("away-text").textContent = state.away;
  at("away").hidden = !isForm;
  at("scroll").hidden = isForm;
  at("composer").hidden = isForm;
  at("address").hidden = isForm || talk.ticket === null || Boolean(state.email) || state.isOnline;
  at("address-text").textContent = word("away-unknown");
  if (!isForm && !state.isOnline && state.email) notice(word("away-known", state.email));
  else if (at("notice").dataset.kind !== "state") notice("");
}

function notice(text, kind = "") {
  at("notice").textContent = text;
  at("notice").dataset.kind = kind;
  at("notice").hidden = !text;
}

function showState(name) {
  if (name === "online") {
    notice("");
    showMode();
  } else notice(word(name === "waiting" ? "reconnecting" : "unavailable"), "state");
}

function opened() {
  state.isOpen = true;
  if (state.isLoaded) talk.connect();
  talk.look();
  log.toEnd();
  focus();
}

function focus() {
  if (chat.dataset.mode === "away") away.focus();
  else composer.focus();
}

host.listen({
  hello(message) {
    dress(message);
    talk.page = String(message.page || "").slice(0, 500);
    host.tell("ready");
    if (talk.ticket !== null) host.emit("conversation:started");
    if (message.isOpen) opened();
    talk.look();
  },
  open: opened,
  close: () => (state.isOpen = false),
  look: dress,
  prefill: (message) => composer.prefill(String(message.text).slice(0, 2000)),
  identify({ user }) {
    if (user?.jwt) return begin({ jwt: String(user.jwt) });
    talk.about = { name: String(user?.name || "").slice(0, 160), email: String(user?.email || "").slice(0, 320) };
    away.know(talk.about);
  },
  async logout() {
    talk.forget();
    await session.signOut();
    Object.assign(state, { email: "" });
    begin({});
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
  if (chat.dataset.mode !== "away" || document.visibilityState !== "visible") return;
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
    notice(word("by-mail", email));
  },
});
begin({});
