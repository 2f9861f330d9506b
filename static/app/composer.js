// The composer of one ticket: what is written, as what, to whom; its words never reach another ticket.

import { Attachments } from "./attach.js";
import { dressMode, dressRules, insertSign, leave, showGuard, showLength, showSaved, takeState } from "./composer-parts.js";
import { showWaiting } from "./draft-macros.js";
import { DraftKeeper, localDraft } from "./drafts.js";
import { sayTyping } from "./live/live.js";
import { send } from "./send.js";
import { suggest } from "./suggest.js";
import { announce } from "./toast.js";

/** @type {WeakMap<HTMLFormElement, Composer>} */
const known = new WeakMap();

/** The composer on the screen, or null. */
export function composer() {
  const form = document.querySelector("#composer");
  return form ? (known.get(form) ?? new Composer(form)) : null;
}

class Composer {
  constructor(element) {
    known.set(element, this);
    this.form = element;
    this.area = element.querySelector("textarea");
    this.files = new Attachments(element, () => this.drafts.changed());
    const read = () => ({ text: this.area.value, files: this.files.all() });
    this.drafts = new DraftKeeper(element, read, (state, newer) => this.tell(state, newer));
    this.rules = { undo: 0, limitMb: 25, maxText: 0, problem: "", enterSends: false };
    this.area.addEventListener("input", () => this.typed());
    this.area.addEventListener("keydown", (event) => this.pressed(event));
    element.addEventListener("submit", (event) => {
      event.preventDefault();
      send(this, {});
    });
    element.addEventListener("click", (event) => this.clicked(event));
    // What was typed while the page was starting is kept.
    this.load(this.area.value);
    if (this.area.value) this.drafts.changed();
    this.applyRules();
    showWaiting(element);
  }

  get mode() {
    return this.form.dataset.mode;
  }
  get isNote() {
    return this.mode === "note";
  }

  /** Put the words of this machine into the editor. */
  load(early = "") {
    const kept = localDraft(this.form.dataset.ticket, this.mode);
    this.area.value = kept?.text ?? early;
    this.files.set(kept?.files ?? []);
    this.drafts.revision = kept?.revision ?? 0;
    this.tell(kept?.text ? "kept" : "");
    this.checkLength();
  }

  setMode(mode, isFocused = true) {
    if (!this.form.querySelector(`.mode[data-mode="${mode}"]`)) return;
    if (mode !== this.mode) {
      this.drafts.flush();
      this.form.dataset.mode = mode;
      dressMode(this.form, this.isNote);
      this.load();
      this.applyRules();
      announce(this.isNote ? "Internal note. The customer will not see it." : "Public reply");
    }
    if (isFocused) this.area.focus();
  }

  /** What the desk says about the channel, and the drafts that it keeps. */
  setState(html, drafts) {
    const rules = html && takeState(this.form.querySelector("[data-state-slot]"), html);
    if (rules) {
      this.rules = rules;
      this.applyRules();
    }
    const stored = drafts?.[this.mode];
    if (stored && stored.revision > this.drafts.revision && stored.text !== this.area.value) {
      if (this.area.value.trim()) this.tell("newer", stored);
      else this.restore(stored.text, stored.attachments.map((id) => ({ id, name: "attachment" })), stored.revision);
    } else if (stored) this.drafts.revision = Math.max(this.drafts.revision, stored.revision);
  }

  applyRules() {
    const isBlocked = Boolean(this.rules.problem) && !this.isNote;
    dressRules(this.form, { isBlocked, isSentByEnter: this.rules.enterSends && !this.isNote });
    this.checkLength();
  }

  restore(text, files = [], revision = this.drafts.revision) {
    this.area.value = text;
    this.files.set(files);
    this.drafts.revision = revision;
    this.drafts.dirty = true;
    this.drafts.keep();
    this.checkLength();
  }

  clear() {
    this.area.value = "";
    this.files.set([]);
    this.checkLength();
    showGuard(this.form);
  }

  typed() {
    this.drafts.changed();
    this.checkLength();
    suggest(this);
    sayTyping(this.area.value ? this.mode : "");
  }

  pressed(event) {
    if (event.isComposing || event.defaultPrevented) return;
    const isCommand = event.ctrlKey || event.metaKey;
    const isChatEnter = this.rules.enterSends && !this.isNote && !event.shiftKey && this.form.querySelector("#suggest").hidden;
    if (event.key === "Enter" && (isCommand || isChatEnter)) {
      event.preventDefault();
      send(this, isCommand && event.shiftKey && !this.isNote ? { status: "resolved" } : {});
    } else if (event.key === "Escape") leave(event, this.area);
  }

  clicked(event) {
    const target = event.target.closest("button");
    if (target?.dataset.mode) this.setMode(target.dataset.mode);
    else if (target?.dataset.send === "resolve") send(this, { status: "resolved" });
    else if (target?.dataset.insert) {
      if (target.dataset.insert === "@") this.setMode("note");
      insertSign(this.area, target.dataset.insert);
      this.typed();
    }
  }

  checkLength() {
    showLength(this.form, this.area.value.length, this.isNote ? 0 : this.rules.maxText);
  }

  tell(state, newer) {
    showSaved(this.form, state);
    if (state !== "newer") return;
    showGuard(this.form, "A newer draft was saved from another tab or device.", [
      { label: "Use it", isMain: true, run: () => this.restore(newer.text, [], newer.revision) },
      { label: "Keep mine", run: () => ((this.drafts.revision = newer.revision), this.drafts.changed()) },
    ]);
  }
}
