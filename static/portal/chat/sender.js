/** Brings what waits in the outbox to the desk: in order, once each, over and over until it is safe. */
import { Refused } from "./doors.js";
import * as log from "./log.js";
import * as outbox from "./outbox.js";
import { word } from "./page.js";
import * as session from "./session.js";

const RESEND_AFTER = 10000;

export class Sender {
  /** `send(frame)` is false while there is no socket; `onTold(conversation)` gets what HTTP answered. */
  constructor({ send, onTold }) {
    this.send = send;
    this.onTold = onTold;
    this.underWay = new Map();
    this.refused = new Set();
    this.isByHttp = false;
    this.posting = Promise.resolve();
  }

  /** A new connection: nothing of what was under way on the old one can be relied on. */
  restart() {
    this.forgetUnderWay();
    this.isByHttp = false;
    this.flush();
  }

  /** No connection: what was under way on the last one is not passed by what was written after it. */
  goByHttp() {
    if (!this.isByHttp) this.forgetUnderWay();
    this.isByHttp = true;
  }

  forgetUnderWay() {
    for (const timer of this.underWay.values()) clearTimeout(timer);
    this.underWay.clear();
    this.posting = Promise.resolve();
  }

  isCarrying() {
    return outbox.waiting().some(({ id }) => !this.refused.has(id));
  }

  flush() {
    for (const entry of outbox.waiting()) {
      if (this.underWay.has(entry.id) || this.refused.has(entry.id)) continue;
      const { id, text, page, name } = entry;
      // One after the other, so that they arrive as they were written.
      if (entry.files || this.isByHttp) this.posting = this.posting.then(() => this.post(entry));
      else if (!this.send({ type: "message", id, text, page, name })) return;
      this.underWay.set(id, setTimeout(() => this.again(id), RESEND_AFTER * (entry.files ? 30 : 1)));
    }
  }

  async post(entry) {
    try {
      const told = await session.say(entry);
      this.onStored(entry.id);
      this.onTold(told.conversation);
    } catch (problem) {
      if (!(problem instanceof Refused)) this.again(entry.id, RESEND_AFTER);
      else this.onRefused({ id: entry.id, message: problem.message, code: problem.code, retry_after: problem.retryAfter });
    }
  }

  again(id, wait = 0) {
    // Nobody waits any longer for whatever holds the others up.
    this.posting = Promise.resolve();
    clearTimeout(this.underWay.get(id));
    this.underWay.delete(id);
    this.refused.delete(id);
    setTimeout(() => this.flush(), wait);
  }

  settle(id) {
    clearTimeout(this.underWay.get(id));
    this.underWay.delete(id);
    outbox.remove(id);
  }

  onStored(id) {
    this.settle(id);
    log.markStored(id);
  }

  onRefused({ id, code, message, retry_after: wait }) {
    if (!id) return;
    clearTimeout(this.underWay.get(id));
    if (code === "too_many") setTimeout(() => this.again(id), (wait || 5) * 1000);
    else {
      this.refused.add(id);
      log.markFailed(id, message || word("failed"), () => this.again(id));
    }
  }
}
