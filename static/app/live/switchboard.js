// Shares one link among the pages of a browser: frames go to all of them, what they watch is put together.

import { Link } from "./link.js";

// Hidden pages may only say once a minute that they are alive.
const SILENT_MS = 150_000;

export class Switchboard {
  /**
   * @param {string} url
   * @param {(message: object) => void} broadcast to every page
   */
  constructor(url, broadcast) {
    this.broadcast = broadcast;
    /** @type {Map<string, {tickets: number[], heardAt: number}>} */ this.pages = new Map();
    this.hello = null;
    this.link = new Link(url, {
      onFrame: (frame) => this.hear(frame),
      onState: (state) => broadcast({ op: "state", state }),
    });
    setInterval(() => this.sweep(), 30_000);
  }

  /** A page speaks: `join`, `alive`, `watch`, `send`, `wake`, `renew` or `bye`. */
  receive(page, message) {
    const known = this.pages.get(page) ?? { tickets: [], heardAt: 0 };
    known.heardAt = Date.now();
    this.pages.set(page, known);
    if (message.op === "join") this.greet();
    if (message.op === "watch") this.watch(known, message.tickets);
    if (message.op === "send") this.link.send(message.frame);
    if (message.op === "wake") this.link.wake();
    if (message.op === "renew") this.link.renew();
    if (message.op === "bye") this.forget(page);
  }

  greet() {
    this.broadcast({ op: "state", state: this.link.state });
    if (this.link.state === "open") this.broadcast({ op: "frame", frame: { ...this.hello, again: true } });
  }

  hear(frame) {
    if (frame.type === "hello") {
      this.hello = frame;
      this.tellWatched();
    }
    this.broadcast({ op: "frame", frame });
  }

  watch(known, tickets) {
    if (String(known.tickets) === String(tickets)) return;
    known.tickets = tickets;
    this.tellWatched();
  }

  tellWatched() {
    const tickets = [...new Set([...this.pages.values()].flatMap((page) => page.tickets))];
    this.link.send({ type: "watch", tickets });
  }

  forget(page) {
    const { tickets } = this.pages.get(page) ?? { tickets: [] };
    this.pages.delete(page);
    if (tickets.length) this.tellWatched();
  }

  sweep() {
    for (const [page, known] of this.pages) {
      if (Date.now() - known.heardAt > SILENT_MS) this.forget(page);
    }
  }
}
