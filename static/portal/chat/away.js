/** Nobody is there: a form whose answer comes by mail, and a line to leave an address during a conversation. */
import { at, newId, word } from "./page.js";
import * as session from "./session.js";

const form = at("away");
const line = at("address");

export function start({ onLeft, pageOf }) {
  let id = newId();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const said = Object.fromEntries(new FormData(form));
    if (!check(said)) return;
    busy(form, true);
    try {
      const told = await session.leaveMessage({ id, ...said, page: pageOf() });
      id = newId();
      form.elements.text.value = "";
      onLeft(told.conversation, said.email);
    } catch (problem) {
      show(problem);
    } finally {
      busy(form, false);
    }
  });
  line.addEventListener("submit", async (event) => {
    event.preventDefault();
    busy(line, true);
    try {
      const { email } = await session.leaveAddress(line.elements.email.value);
      say(at("address-wrong"), line.elements.email, "");
      onLeft(null, email);
    } catch (problem) {
      say(at("address-wrong"), line.elements.email, problem.fields?.email || problem.message || word("unavailable"));
    } finally {
      busy(line, false);
    }
  });
}

export function know({ name, email }) {
  if (name) form.elements.name.value ||= name;
  if (email) form.elements.email.value ||= email;
}

export const focus = () => (form.elements.name.value ? form.elements.text : form.elements.name).focus({ preventScroll: true });

function check(said) {
  const email = /^\S+@\S+\.\S+$/.test(said.email.trim()) ? "" : word("need-email");
  const text = said.text.trim() ? "" : word("need-text");
  show({ fields: { email, text } });
  (email ? form.elements.email : text ? form.elements.text : null)?.focus();
  return !email && !text;
}

function show(problem) {
  const fields = problem.fields || {};
  say(at("away-email-wrong"), form.elements.email, fields.email);
  say(at("away-text-wrong"), form.elements.text, fields.text);
  const hasPlace = fields.email || fields.text;
  at("away-wrong").textContent = hasPlace || problem.fields === undefined ? "" : problem.message || "";
  if (problem.fields === undefined) at("away-wrong").textContent = word("unavailable");
}

function say(place, field, wrong) {
  place.textContent = wrong || "";
  if (wrong) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
}

function busy(where, isBusy) {
  where.setAttribute("aria-busy", String(isBusy));
  where.querySelector("button.primary").disabled = isBusy;
}
