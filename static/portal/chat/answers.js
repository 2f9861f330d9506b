/** The desk's answers that the visitor has not had on the screen yet, by their numbers. */
export class Answers {
  constructor() {
    this.seen = 0;
    this.unread = new Map();
  }

  add(messages) {
    for (const { read, seq, text } of messages) if (!read && seq > this.seen) this.unread.set(seq, text);
  }

  /** All of them were on the screen. */
  read() {
    this.seen = this.last;
    this.unread.clear();
  }

  get last() {
    return Math.max(0, ...this.unread.keys());
  }

  get count() {
    return this.unread.size;
  }

  get newest() {
    return [...this.unread.values()].at(-1) || "";
  }
}
