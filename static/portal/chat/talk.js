/** The conversation's state: what came, what the visitor has seen, and the two ways by which it goes on. */
import { Answers } from "./answers.js";
import * as beside from "./beside.js";
import * as log from "./log.js";
import * as outbox from "./outbox.js";
import { language, settings } from "./page.js";
import { Sender } from "./sender.js";
import * as session from "./session.js";
import { Socket } from "./socket.js";
import * as who from "./who.js";

export class Talk {
  /** `hooks`: isVisible, onState, onPresence, onTyping, onUnread, onEarlier, onEvent. */
  constructor(hooks) {
    this.hooks = hooks;
    this.ticket = null;
    this.answers = new Answers();
    this.about = {};
    this.page = "";
    this.socket = new Socket({
      settled: who.settled,
      renew: who.renew,
      isVisible: hooks.isVisible,
      hello: () => this.hello(),
      onFrame: (frame) => this.onFrame(frame),
      onState: hooks.onState,
      ask: () => this.ask(),
    });
    this.sender = new Sender({
      send: (frame) => this.socket.send(frame),
      onTold: (conversation) => this.onTold(conversation),
    });
  }

  /** Open the socket, or tell the open one who we are now. */
  connect() {
    if (this.socket.isWanted) this.socket.greet();
    else this.socket.open();
  }

  hello() {
    const visible = this.hooks.isVisible();
    return { inbox: settings.inbox, token: who.token(), lang: language, ticket: this.ticket, seq: log.lastSeq(), visible };
  }

  forget() {
    this.socket.close();
    outbox.forget();
    this.empty();
    this.about = {};
  }

  empty() {
    log.clear();
    this.ticket = null;
    this.answers = new Answers();
    this.hooks.onUnread(0, "");
    this.hooks.onEarlier(false);
    beside.goes("");
    for (const entry of outbox.waiting()) log.showPending(entry);
  }

  /** All that the visitor has here. They may be another person than before: what is shown gives way. */
  takeWhole(conversation) {
    if (!conversation && this.ticket !== null) this.empty();
    this.take(conversation);
  }

  /** A conversation as the server tells it: whole (`reset`), or what came after what is here. */
  take(conversation) {
    if (!conversation) return;
    if (conversation.reset && this.ticket !== null && this.ticket !== conversation.ticket) this.empty();
    const isFirst = this.ticket === null;
    this.ticket = conversation.ticket;
    this.receive(conversation.messages, { isHistory: isFirst });
    beside.show(conversation, { goesOn: this.sender.isCarrying() });
    if (conversation.reset) this.hooks.onEarlier(conversation.earlier);
    for (const entry of outbox.waiting()) log.showPending(entry);
    if (isFirst) this.hooks.onEvent("conversation:started");
  }

  /** First words that went by HTTP: the socket does not know yet whose answers it is to bring. */
  onTold(conversation) {
    const isFirst = this.ticket === null;
    this.take(conversation);
    if (isFirst) this.connect();
  }

  onFrame(frame) {
    if (frame.type === "welcome") {
      this.hooks.onPresence(frame.online, frame.away);
      this.takeWhole(frame.conversation);
      this.sender.restart();
    } else if (frame.type === "message") this.onMessage(frame);
    else if (frame.type === "stored") this.sender.onStored(frame.id);
    else if (frame.type === "refused") this.sender.onRefused(frame);
    else if (frame.type === "typing") this.hooks.onTyping(frame.name);
    else if (frame.type === "seen" && frame.ticket === this.ticket) log.markSeen(frame.seq);
    else if (frame.type === "seen") this.socket.greet(); // it came before the welcome said whose it is
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
    this.answers.add(answers);
    if (answers.length && isNew) {
      this.hooks.onTyping("");
      this.socket.send({ type: "received", seq: log.lastSeq() });
      if (!isHistory) this.hooks.onEvent("message:received");
    }
    this.look();
  }

  /** Tell what is on the screen now, if anybody looks. */
  look() {
    const { last } = this.answers;
    const isRead = this.hooks.isVisible();
    if (last && isRead && this.socket.send({ type: "seen", seq: last })) this.answers.read();
    this.hooks.onUnread(isRead ? 0 : this.answers.count, this.answers.newest);
  }

  say(text, files) {
    log.showPending(outbox.add(text, files, { page: this.page, name: this.about.name || "" }));
    beside.goes(this.ticket === null ? "" : "on");
    this.socket.open();
    this.sender.flush();
    this.hooks.onEvent("message:sent");
  }

  type = () => this.socket.send({ type: "typing" });

  /** Without a socket: ask what is new and send by HTTP. */
  async ask() {
    this.sender.goByHttp();
    try {
      this.take((await session.since(this.ticket, log.lastSeq())).conversation);
      this.sender.flush();
      this.hooks.onState("online");
    } catch {
      this.hooks.onState("waiting");
    }
  }
}
