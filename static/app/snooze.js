// The moments to snooze until, in the agent's own time.

const DAY_START = 9;

/** @returns {{id: string, label: string, hint: string, icon: string}[]} ids are ISO moments */
export function snoozeChoices(now = new Date()) {
  const choices = [
    ["In one hour", later(now, 1)],
    ["In three hours", later(now, 3)],
    ["Tomorrow morning", morning(now, 1)],
    ["In two days", morning(now, 2)],
    ["Next Monday", morning(now, (8 - now.getDay()) % 7 || 7)],
    ["In a week", morning(now, 7)],
    ["In a month", morning(now, 30)],
  ];
  return choices.map(([label, moment]) => ({ id: moment.toISOString(), label, hint: words(moment), icon: "alarm-clock" }));
}

function later(now, hours) {
  return new Date(now.getTime() + hours * 3_600_000);
}

function morning(now, days) {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, DAY_START);
}

function words(moment) {
  return moment.toLocaleString(undefined, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
}
