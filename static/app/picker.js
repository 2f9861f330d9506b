// One way to choose from a list: type to narrow, arrows to move, Enter to take. Also the body of the palette.

import { fits, lineOf, place, remark } from "./picker-parts.js";

const MOST = 60;
const STEPS = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };

/**
 * @typedef {{id?: string, label: string, hint?: string, icon?: string, group?: string, isOn?: boolean,
 *   isChanged?: boolean, run?: () => void}} Choice
 * @param {{title: string, choices: Choice[] | Promise<Choice[]>, anchor?: Element | null, free?: (text: string) => Choice | null,
 *   more?: (text: string) => Promise<Choice[]>, many?: boolean, isPalette?: boolean, placeholder?: string}} options
 * @returns {Promise<any>} the choice, with `many` those that were changed, null when nothing was chosen
 */
export function pick(options) {
  return new Promise((resolve) => new Picker(options, resolve).open());
}

class Picker {
  constructor(options, resolve) {
    Object.assign(this, { options, resolve, at: 0, extra: [], asked: 0, result: null, shown: [], choices: [] });
    this.isWaiting = true;
    this.isTakenEarly = false;
    this.before = document.activeElement;
    this.dialog = document.createElement("dialog");
    this.dialog.className = options.isPalette ? "picker palette" : "picker";
    this.dialog.setAttribute("aria-label", options.title);
    this.dialog.innerHTML = `<p class="picker-title"></p><input type="text" role="combobox" aria-expanded="true"
      aria-controls="picker-list" aria-autocomplete="list" autocomplete="off" spellcheck="false">
      <ul id="picker-list" role="listbox"></ul>`;
    this.input = this.dialog.querySelector("input");
    this.list = this.dialog.querySelector("ul");
    this.dialog.firstChild.textContent = options.title;
    this.input.setAttribute("aria-label", options.title);
    this.list.setAttribute("aria-label", options.title);
    this.input.placeholder = options.placeholder ?? "Type to narrow";
    if (options.many) this.list.setAttribute("aria-multiselectable", "true");
  }

  open() {
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("keydown", (event) => this.pressed(event));
    this.dialog.addEventListener("click", (event) => event.target === this.dialog && this.done());
    this.dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.done();
    });
    this.dialog.addEventListener("close", () => this.closed());
    document.body.append(this.dialog);
    this.narrow();
    this.dialog.showModal();
    this.place();
    this.input.focus();
    Promise.resolve(this.options.choices).then((choices) => this.fill(choices));
  }

  /** The choices are here; the dialog did not wait for them, and neither did the person. */
  fill(choices) {
    this.choices = choices;
    this.isWaiting = false;
    this.narrow();
    this.place();
    if (this.isTakenEarly) this.take(0);
  }

  place() {
    if (!this.options.isPalette) place(this.dialog, this.options.anchor);
  }

  /** End without a choice; with `many`, what was ticked counts. */
  done() {
    const changed = this.choices.filter((choice) => choice.isChanged);
    this.finish(this.options.many && changed.length ? changed : null);
  }

  finish(result) {
    this.result = result;
    this.dialog.close();
  }

  closed() {
    this.dialog.remove();
    if (this.before?.isConnected) this.before.focus({ preventScroll: true });
    this.resolve(this.result);
  }

  typed() {
    this.at = 0;
    this.extra = [];
    this.narrow();
    const mine = ++this.asked;
    this.options.more?.(this.input.value.trim()).then((found) => {
      if (mine !== this.asked) return;
      this.extra = found;
      this.narrow();
    });
  }

  pressed(event) {
    if (event.isComposing) return;
    const step = STEPS[event.key];
    if (step) this.at = Math.max(0, Math.min(this.shown.length - 1, this.at + step));
    else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) this.take(this.at);
    else if (event.key === "Enter" || event.key === "Tab") this.done();
    else return;
    event.preventDefault();
    this.render();
  }

  take(index) {
    this.isTakenEarly = this.isWaiting;
    const choice = this.shown[index];
    if (!choice) return;
    if (!this.options.many) {
      this.finish(choice);
      return;
    }
    if (!this.choices.includes(choice)) this.choices.unshift(choice);
    choice.isOn = !choice.isOn;
    choice.isChanged = !choice.isChanged;
    this.input.value = "";
    this.narrow();
  }

  narrow() {
    const text = this.input.value.trim();
    const fitting = this.choices.filter((choice) => fits(choice, text));
    const own = text && this.options.free ? this.options.free(text) : null;
    const isNew = own && !fitting.some((choice) => choice.label === own.label);
    this.shown = [...fitting, ...(isNew ? [own] : []), ...this.extra].slice(0, MOST);
    this.at = Math.min(this.at, Math.max(0, this.shown.length - 1));
    this.render();
  }

  render() {
    this.list.setAttribute("aria-busy", String(this.isWaiting));
    let group = "";
    const lines = this.shown.flatMap((choice, index) => {
      const isNewGroup = choice.group && choice.group !== group;
      group = choice.group ?? group;
      return [...(isNewGroup ? [remark(group)] : []), lineOf(choice, index, index === this.at, this)];
    });
    this.list.replaceChildren(...(lines.length ? lines : [remark(this.isWaiting ? "…" : "Nothing fits")]));
    this.input.setAttribute("aria-activedescendant", this.shown.length ? `pick-${this.at}` : "");
    this.list.querySelector(".at")?.scrollIntoView({ block: "nearest" });
  }
}
