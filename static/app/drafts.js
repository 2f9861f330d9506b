// Unsent words: on this machine within a quarter of a second, at the desk when the person pauses; bound to their ticket.

import { post } from "./server.js";
import { lock, unlock } from "./vault.js";

const LOCAL_MS = 200;
const DESK_MS = 600;

const me = () => document.body.dataset.me;
const keyOf = (ticket, mode) => `draft:${me()}:${ticket}:${mode}`;

/** @typedef {{text: string, revision: number, files: any[], isSaved: boolean}} Kept */

/** @returns {Kept | null} */
export function localDraft(ticket, mode) {
  try {
    return JSON.parse(localStorage.getItem(keyOf(ticket, mode)));
  } catch {
    return null;
  }
}

/** Into both copies; done when the one that outlives a crash is on the disk. */
function keepLocal(key, kept) {
  const text = JSON.stringify({ ...kept, at: Date.now() });
  try {
    localStorage.setItem(key, text);
  } catch {
    // The browser keeps nothing here (private mode, full disk): the desk's copy has to do.
  }
  return lock(key, text);
}

function dropLocal(key) {
  localStorage.removeItem(key);
  return unlock(key);
}

/** Tickets with unsent words on this machine. */
export function draftedTickets() {
  const prefix = `draft:${me()}:`;
  const keys = Object.keys(localStorage).filter((key) => key.startsWith(prefix));
  return new Set(keys.map((key) => key.slice(prefix.length).split(":")[0]));
}

/** Keeps the words of one composer. */
export class DraftKeeper {
  /**
   * @param {HTMLFormElement} form the composer: its ticket never changes
   * @param {() => {text: string, files: any[]}} read
   * @param {(state: string, newer?: any) => void} tell "saving", "saved", "kept" or "newer"
   */
  constructor(form, read, tell) {
    Object.assign(this, { form, read, tell, ticket: form.dataset.ticket, revision: 0, timers: [0, 0], dirty: false, going: null, kept: null });
  }

  get mode() {
    return this.form.dataset.mode;
  }

  changed() {
    this.dirty = true;
    clearTimeout(this.timers[0]);
    clearTimeout(this.timers[1]);
    this.timers[0] = setTimeout(() => this.keep(), LOCAL_MS);
    this.timers[1] = setTimeout(() => this.send(), DESK_MS);
  }

  /** On this machine, now. */
  keep() {
    if (!this.dirty) return;
    clearTimeout(this.timers[0]);
    const { text, files } = this.read();
    const key = keyOf(this.ticket, this.mode);
    const isWritten = text.trim() || files.length;
    this.kept = isWritten ? keepLocal(key, { text, files, revision: this.revision, isSaved: false }) : dropLocal(key);
    document.dispatchEvent(new CustomEvent("drafts:changed"));
  }

  /** To the desk. */
  async send(isLast = false) {
    if (!this.dirty) return;
    clearTimeout(this.timers[1]);
    this.keep();
    this.dirty = false;
    const { text, files } = this.read();
    const mode = this.mode;
    const values = { mode, text, revision: this.revision, attachments: files.map((file) => file.id) };
    this.going = post(`${this.form.dataset.base}draft/`, values, { keepalive: isLast && text.length < 50_000 });
    const answer = await this.going;
    if (answer.ok) {
      this.revision = answer.data.revision;
      const kept = localDraft(this.ticket, mode);
      if (kept && kept.text === text) {
        keepLocal(keyOf(this.ticket, mode), { ...kept, revision: this.revision, isSaved: true });
      }
      this.tell(text.trim() ? "saved" : "");
    } else if (answer.status === 409) this.tell("newer", answer.data.details);
    else {
      this.dirty = true;
      await this.kept;
      this.tell("kept");
    }
  }

  /** Nothing is on its way to the desk any more, so that no late draft follows the message it became. */
  async settled() {
    this.timers.forEach(clearTimeout);
    await this.going;
  }

  /** Before anything else happens to the page. */
  flush() {
    if (this.dirty) this.send(true);
  }

  /** The words were sent or thrown away. */
  forget() {
    this.timers.forEach(clearTimeout);
    this.dirty = false;
    this.revision = 0;
    dropLocal(keyOf(this.ticket, this.mode));
    document.dispatchEvent(new CustomEvent("drafts:changed"));
    this.tell("");
  }
}
