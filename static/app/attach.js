// Files of a composer: chosen, dropped or pasted, uploaded at once, kept with the draft.

import { icon } from "./icons.js";
import { post, reason } from "./server.js";

const SIZES = ["B", "KB", "MB"];

export class Attachments {
  /**
   * @param {HTMLFormElement} form
   * @param {() => void} changed
   */
  constructor(form, changed) {
    Object.assign(this, { form, changed, place: form.querySelector("[data-files]"), files: [], busy: 0 });
    form.querySelector("[data-attach]").addEventListener("change", (event) => {
      this.add([...event.target.files]);
      event.target.value = "";
    });
    form.addEventListener("paste", (event) => {
      const pasted = [...event.clipboardData.files];
      if (pasted.length) event.preventDefault();
      this.add(pasted, { isPasted: true });
    });
    for (const name of ["dragover", "dragleave", "drop"]) form.addEventListener(name, (event) => this.dragged(event));
  }

  all() {
    return this.files.map(({ id, name, size }) => ({ id, name, size }));
  }

  isBusy() {
    return this.busy > 0;
  }

  set(files) {
    this.files = files;
    this.render();
  }

  dragged(event) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.form.classList.toggle("dropping", event.type === "dragover");
    if (event.type === "drop") this.add([...event.dataTransfer.files]);
  }

  /** Pasted pictures belong into the text; other files go beside it. */
  async add(chosen, { isPasted = false } = {}) {
    const limit = Number(this.form.querySelector("[data-limit-mb]")?.dataset.limitMb ?? 25);
    for (const file of chosen) {
      const line = this.line({ name: file.name, size: file.size }, "Uploading…");
      this.place.append(line);
      if (file.size > limit * 1_048_576) {
        fail(line, `larger than ${limit} MB, the limit here`);
        continue;
      }
      this.busy += 1;
      const values = isPasted && file.type.startsWith("image/") ? { file, inline: "1" } : { file };
      const answer = await post(this.form.dataset.upload, values, { signal: AbortSignal.timeout(300_000) });
      this.busy -= 1;
      if (answer.ok) {
        this.files.push(answer.data);
        this.render();
        this.changed();
      } else fail(line, reason(answer));
    }
  }

  remove(file) {
    this.files = this.files.filter((one) => one !== file);
    this.render();
    this.changed();
  }

  render() {
    this.place.replaceChildren(...this.files.map((file) => this.line(file, sizeText(file.size))));
  }

  line(file, text) {
    const line = Object.assign(document.createElement("span"), { className: "file" });
    const name = Object.assign(document.createElement("span"), { className: "clip", textContent: file.name });
    const drop = Object.assign(document.createElement("button"), { type: "button" });
    drop.setAttribute("aria-label", `Remove ${file.name}`);
    drop.append(icon("x"));
    drop.addEventListener("click", () => (line.remove(), this.remove(file)));
    line.append(icon("paperclip"), name, Object.assign(document.createElement("span"), { className: "faint", textContent: text }), drop);
    return line;
  }
}

function fail(line, text) {
  line.classList.add("failed");
  line.setAttribute("role", "alert");
  line.querySelector(".faint").textContent = text;
}

function sizeText(size) {
  if (!size) return "";
  const step = Math.min(2, Math.floor(Math.log(size) / Math.log(1024)));
  return `${Math.round(size / 1024 ** step)} ${SIZES[step]}`;
}
