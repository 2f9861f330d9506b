/** The free times of a call by the visitor's own clock: their days, their names, and the one that is suggested. */
import { clock, shortDate } from "./days.js";
import { locale } from "./page.js";

const MORNING = 8;
const EVENING = 21;

export const dayOf = (slot) => new Date(slot).toDateString();
export const dayName = (slot) => shortDate.format(new Date(slot));
export const span = (begins, ends) => clock.formatRange(new Date(begins), new Date(ends));

/** The next time at which we are there and the visitor is awake, else the next one; after the one that was taken. */
export function suggested(slots, taken = "") {
  const byDay = slots.filter(isByDay);
  return byDay.find((slot) => slot > taken) || byDay[0] || slots[0];
}

/** "Europe/Berlin, GMT+1" at that time. */
export function zoneAt(slot) {
  const written = new Intl.DateTimeFormat(locale, { timeZoneName: "short" });
  const short = written.formatToParts(new Date(slot || Date.now())).find(({ type }) => type === "timeZoneName").value;
  return `${written.resolvedOptions().timeZone.replaceAll("_", " ")}, ${short}`;
}

/** Fill a list; what was chosen stays where it is still there, else `otherwise`. */
export function fill(list, choices, otherwise) {
  const before = list.value;
  list.replaceChildren(...choices.map(([value, label]) => new Option(label, value)));
  list.value = choices.some(([value]) => value === before) ? before : otherwise;
}

function isByDay(slot) {
  const hour = new Date(slot).getHours();
  return hour >= MORNING && hour < EVENING;
}
