// Side conversations in a dialog over the ticket: begun, forwarded into, read, answered; the ticket behind it follows.

import { Attachments } from "../attach.js";
import { showNews, timeline } from "../live/timeline.js";
import { ask, newKey, post, reason, settled } from "../server.js";
import { announce } from "../toast.js";

/** @type {{dialog: HTMLDialogElement, url: string, before: Element | null} | null} */
let open = null;

export async function show(url) {
  const answer = await ask(url);
  if (!settled(answer)) return;
  const dialog = open?.dialog ?? made();
  open = { dialog, url, before: open?.before ?? document.activeElement };
  dialog.innerHTML = answer.data;
  dialog.setAttribute("aria-label", dialog.querySelector("h2")?.textContent ?? "Side conversation");
  for (const form of dialog.querySelectorAll("[data-aside-form]")) wire(form);
  if (!dialog.open) dialog.showModal();
  (dialog.querySelector("[name=to]") ?? dialog.querySelector("textarea"))?.focus();
  const log = dialog.querySelector(".aside-log");
  if (log) log.scrollTop = log.scrollHeight;
  document.dispatchEvent(new CustomEvent("mail:frames"));
}

function made() {
  const dialog = Object.assign(document.createElement("dialog"), { className: "aside-dialog" });
  dialog.addEventListener("click", (event) => pressed(event, dialog));
  dialog.addEventListener("close", () => {
    const before = open?.before;
    open = null;
    dialog.remove();
    if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
  });
  document.body.append(dialog);
  return dialog;
}

function pressed(event, dialog) {
  const target = event.target.closest?.("[data-aside-end], [data-aside-close]");
  if (target?.matches("[data-aside-end]")) dialog.close();
  else if (target) close(target, dialog);
}

async function close(button, dialog) {
  const answer = await post(button.dataset.asideClose, { seq: timeline()?.dataset.seq ?? "" });
  if (!settled(answer)) return;
  dialog.close();
  showNews(answer.data);
  announce("Side conversation closed");
}

/** A form keeps its key until its words change, so that a second try is no second letter. */
function wire(form) {
  const files = new Attachments(form, () => {});
  let key = newKey();
  form.addEventListener("input", () => (key = newKey()));
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!files.isBusy()) send(form, files, key);
  });
}

async function send(form, files, key) {
  const button = form.querySelector('[type="submit"]');
  const field = (name) => form.querySelector(`[name="${name}"]`)?.value ?? "";
  const chosen = [...form.querySelectorAll('[name="files"]:checked')].map((box) => box.value);
  const values = {
    to: field("to"), subject: field("subject"), text: field("text"), files: chosen,
    attachments: files.all().map((file) => file.id), seq: timeline()?.dataset.seq ?? "",
  };
  button.disabled = true;
  const answer = await post(form.getAttribute("action"), values, { headers: { "Idempotency-Key": key } });
  button.disabled = false;
  if (!answer.ok) {
    form.querySelector("[data-problem]").textContent = reason(answer);
    return;
  }
  showNews(answer.data);
  announce("Sent to the third party");
  if (field("to")) open?.dialog.close();
  else show(open.url);
}
