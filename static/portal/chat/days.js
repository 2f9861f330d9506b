/** Time in the log: the clock of a message, a line for each new day, names once per run of messages. */
import { locale, word } from "./page.js";

export const clock = new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit" });
export const shortDate = new Intl.DateTimeFormat(locale, { weekday: "short", day: "numeric", month: "short" });
const date = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long" });

/** Bring day lines and runs up to date after any change. */
export function tidy(list) {
  let before = null;
  for (const item of list.children) {
    const day = item.querySelector(".day");
    const isNewDay = !before || dayOf(item) !== dayOf(before);
    day.hidden = !isNewDay;
    day.textContent = isNewDay ? dayName(new Date(item.dataset.at)) : "";
    item.classList.toggle("again", !isNewDay && before.dataset.name === item.dataset.name);
    before?.classList.toggle("goes-on", item.classList.contains("again"));
    item.classList.remove("goes-on");
    before = item;
  }
}

const dayOf = (item) => new Date(item.dataset.at).toDateString();

function dayName(when) {
  const today = new Date();
  const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
  if (when.toDateString() === today.toDateString()) return word("today");
  return when.toDateString() === yesterday.toDateString() ? word("yesterday") : date.format(when);
}
