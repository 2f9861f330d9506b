// The moments to snooze until, in the agent's own time.

import { momentAt, wall, words } from "./zone.js";

const DAY_START = 9;

/** @returns {{id: string, label: string, hint: string, icon: string}[]} ids are ISO moments */
export function snoozeChoices(now = new Date()) {
  const today = wall(now);
  const weekday = new Date(Date.UTC(today.year, today.month - 1, today.day)).getUTCDay();
  const choices = [
    ["In one hour", later(now, 1)],
    ["In three hours", later(now, 3)],
    ["Tomorrow morning", morning(today, 1)],
    ["In two days", morning(today, 2)],
    ["Next Monday", morning(today, (8 - weekday) % 7 || 7)],
    ["In a week", morning(today, 7)],
    ["In a month", morning(today, 30)],
  ];
  const isFirst = ([, moment], index) => choices.findIndex(([, other]) => +other === +moment) === index;
  return choices.filter(isFirst).map(([label, moment]) => ({ id: moment.toISOString(), label, hint: words(moment), icon: "alarm-clock" }));
}

function later(now, hours) {
  return new Date(now.getTime() + hours * 3_600_000);
}

function morning(today, days) {
  return momentAt({ ...today, day: today.day + days, hour: DAY_START, minute: 0 });
}
