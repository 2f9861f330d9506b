/** A call that the visitor books: the form that chooses a free time, and the line that says what is booked. */
import { at, newId, word } from "./page.js";
import * as session from "./session.js";
import { dayName, dayOf, fill, span, suggested, zoneAt } from "./slots.js";

const form = at("call");
const { phone, name, text, starts } = form.elements;
const days = at("call-day");
const known = { offered: false, booked: null };
let slots = [];
let minutes = 30;
let hooks = {};
let id = newId();

export const isOpen = () => !form.hidden;
export const focus = () => at("call-title").focus({ preventScroll: true });

/** `told`: pageOf(), onTurn(isOpen), onBooked(conversation). */
export function start(told) {
  hooks = told;
  for (const way of ["call-open", "away-call", "booked-change"]) at(way).addEventListener("click", open);
  at("call-back").addEventListener("click", close);
  at("call-off").addEventListener("click", () => settle(() => session.callOff(known.booked.id), word("call-gone")));
  days.addEventListener("change", showTimes);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { booked } = known;
    if (booked) settle(() => session.moveCall(booked.id, starts.value));
    else if (isFilledIn()) settle(() => session.bookCall({ id, ...Object.fromEntries(new FormData(form)), page: hooks.pageOf() }));
  });
}

export function know({ offered, booked, name: theirName }) {
  known.offered = Boolean(offered);
  if (theirName) name.value ||= theirName;
  take(booked || null);
}

/** An agent may have called, moved it or called it off meanwhile. */
export async function refresh() {
  if (!known.booked || isOpen()) return;
  const isToCome = Date.parse(known.booked.starts) > Date.now();
  const now = await session.booked().catch(() => null);
  if (now) take(now.booked, isToCome ? word("call-gone") : "");
}

function take(booked, otherwise = "") {
  known.booked = booked;
  const isFree = known.offered && !booked;
  at("call-open").hidden = at("away-call").hidden = !isFree;
  at("booked-change").hidden = !known.offered || !booked || booked.fixed;
  const line = booked ? (booked.late ? word("call-late") : word("call-booked", said(booked))) : otherwise;
  at("booked").hidden = !line;
  at("booked-text").textContent = line;
}

async function open() {
  complain({});
  const now = await session.calls().catch((problem) => problem);
  if (now instanceof Error) return take(known.booked, now.message || word("unavailable"));
  turn(true);
  offer(now);
  focus();
}

function close() {
  turn(false);
}

function turn(isShown) {
  form.hidden = !isShown;
  hooks.onTurn(isShown);
}

function offer(now) {
  take(now.booked);
  minutes = now.minutes;
  slots = now.slots.filter((slot) => Date.parse(slot) !== Date.parse(known.booked?.starts));
  const isChange = Boolean(known.booked);
  at("call-title").textContent = isChange ? word("call-change", said(known.booked)) : word("call-title");
  at("call-send").textContent = word(isChange ? "call-move" : "call-book");
  at("call-who").hidden = isChange;
  at("call-off").hidden = !isChange;
  const wish = slots.includes(starts.value) ? starts.value : suggested(slots, starts.value);
  fill(days, [...new Map(slots.map((slot) => [dayOf(slot), dayName(slot)]))], "");
  if (wish) days.value = dayOf(wish);
  showTimes();
  at("call-send").disabled = !slots.length;
  if (!slots.length) at("call-wrong").textContent = word("call-none");
}

function showTimes() {
  const ofDay = slots.filter((slot) => dayOf(slot) === days.value);
  const lasting = (slot) => span(slot, Date.parse(slot) + 60000 * minutes);
  fill(starts, ofDay.map((slot) => [slot, lasting(slot)]), suggested(ofDay, starts.value));
  at("call-zone").textContent = word("call-zone", zoneAt(starts.value));
}

/** Ask the desk; on its "no" show what is left. */
async function settle(ask, otherwise) {
  busy(true);
  complain({});
  try {
    const told = await ask();
    take(told.booked, otherwise);
    id = newId();
    text.value = "";
    if (told.conversation) hooks.onBooked(told.conversation);
    close();
  } catch (problem) {
    if (problem.offers) offer(problem.offers);
    complain(problem.fields || {}, problem.fields ? problem.message : word("unavailable"));
  } finally {
    busy(false);
  }
}

function isFilledIn() {
  const fields = { phone: phone.value.trim() ? "" : word("need-phone"), text: text.value.trim() ? "" : word("need-topic") };
  complain(fields);
  return !fields.phone && !fields.text;
}

function complain(fields, otherwise = "") {
  for (const [field, place] of [[phone, "call-phone-wrong"], [text, "call-text-wrong"]]) {
    const wrong = fields[field.name] || "";
    at(place).textContent = wrong;
    if (wrong) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
  const first = [phone, text].find((field) => fields[field.name]);
  at("call-wrong").textContent = first ? "" : otherwise;
  first?.focus();
}

function busy(isBusy) {
  form.setAttribute("aria-busy", String(isBusy));
  for (const button of form.querySelectorAll("button")) button.disabled = isBusy;
  at("call-send").disabled ||= !slots.length;
}

const said = ({ starts: begins, ends, phone: number }) =>
  `${dayName(begins)}, ${span(begins, ends)} · ${number.replaceAll(" ", "\u00a0")}`;
