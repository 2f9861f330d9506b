/** The conversation's state: what came, what the visitor has seen, and the two ways by which it goes on. */
import * as log from "./log.js";
import * as outbox from "./outbox.js";
import { settings } from "./page.js";
import { Sender } from "./sender.js";
import * as session from "./session.js";
import { Socket } from "./socket.js";

export class Talk {
  /** `hooks`: isVisible, onState, onPresence, onTyping, onUnread, onEarlier, onEvent. */
  constructor(hooks) {
    this.hooks = hooks;
    this.ticket = null;
    this.seen = 0;
    this.unread = new Map();
    this.about = {};
    this.page = "";
    this.socket = new Socket({
      hello: () => this.hello(),
      isVisible: hooks.isVisible,
      onFrame: (frame) => this.onFrame(frame),
      onState: (state) => hooks.onState(state),
      renew: () => session.open().catch(() => null),
      ask: () => this.ask(),
    });
    this.sender = new Sender({
      send: (frame) => this.socket.send(frame),
      onTold: (conversation) => this.take(conversation),
    });
  }

  /** Open the socket, or tell the open one who we are now. */
  connect() {
    if (this.socket.isReady) this.socket.greet();
    else this.socket.open();
  }

  hello() {
    return {
      inbox: settings.inbox,
      token: session.token(),
      ticket: this.ticket,
      seq: log.lastSeq(),
      visible: this.hooks.isVisible(),
    };
  }

  forget() {
    this.socket.close();
    outbox.forget();
    log.clear();
    this.ticket = null;
    this.seen = 0;
    this.unread.clear();
    this.about = {};
    this.hooks.onUnread(0, "");
  }

  /** A conversation as the server tells it: whole (`reset`), or what came after what is here. */
  take(conversation) {
    if (!conversation) return;
    const isFirst = this.ticket === null;
    if (conversation.reset && !isFirst && this.ticket !== conversation.ticket) log.clear();
    this.ticket = conversation.ticket;
    this.receive(conversation.messages, { isHistory: isFirst });
    log.markSeen(conversation.seen);
    if (conversation.reset) this.hooks.onEarlier(conversation.earlier);
    for (const entry of outbox.waiting()) log.showPending(entry);
    if (isFirst) this.hooks.onEvent("conversation:started");
  }

  onFrame(frame) {
    if (frame.type === "welcome") {
      this.hooks.onPresence(frame.online, frame.away);
      this.take(frame.conversation);
      this.sender.restart();
    } else if (frame.type === "message") this.onMessage(frame);
    else if (frame.type === "stored") this.sender.onStored(frame.id);
    else if (frame.type === "refused") this.sender.onRefused(frame);
    else if (frame.type === "typing") this.hooks.onTyping(frame.name);
    else if (frame.type === "seen" && frame.ticket === this.ticket) log.markSeen(frame.seq);
  }

  onMessage(frame) {
    // Another ticket means that the conversation began anew: ask for it whole.
    if (frame.ticket === this.ticket) this.receive([frame.message]);
    else this.socket.greet();
  }

  receive(messages, { isHistory = false } = {}) {
    for (const message of messages) if (message.id) this.sender.settle(message.id);
    const isNew = log.show(messages);
    const answers = messages.filter((message) => message.from === "desk");
    for (const { read, seq, text } of answers) if (!read && seq > this.seen) this.unread.set(seq, text);
    if (answers.length && isNew) {
      this.hooks.onTyping("");
      this.socket.send({ type: "received", seq: log.lastSeq() });
      if (!isHistory) this.hooks.onEvent("message:received");
    }
    this.look();
  }

  /** Tell what is on the screen now, if anybody looks. */
  look() {
    const last = Math.max(0, ...this.unread.keys());
    if (last && this.hooks.isVisible() && this.socket.send({ type: "seen", seq: last })) {
      this.seen = last;
      this.unread.clear();
    }
    const isRead = this.hooks.isVisible();
    this.hooks.onUnread(isRead ? 0 : this.unread.size, [...this.unread.values()].at(-1) || "");
  }

  say(text, files) {
    log.showPending(outbox.add(text, files, { page: this.page, name: this.about.name || "" }));
    this.socket.open();
    this.sender.flush();
    this.hooks.onEvent("message:sent");
  }

  type() {
    this.socket.send({ type: "typing" });
  }

  /** Without a socket: ask what is new and send by HTTP. */
  async ask() {
    this.sender.isByHttp = true;
    try {
      this.take((await session.since(this.ticket, log.lastSeq())).conversation);
      this.sender.flush();
      this.hooks.onState("online");
    } catch {
      this.hooks.onState("waiting");
    }
  }
}
