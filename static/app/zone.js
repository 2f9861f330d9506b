// Dates and hours as the agent's profile counts them, wherever the browser thinks it is.

const FIELDS = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", hourCycle: "h23" };
const WORDS = { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

/** What calendar and clock of the agent show: {year, month, day, hour, minute}. */
export function wall(moment) {
  const parts = inZone(FIELDS).formatToParts(moment);
  return Object.fromEntries(parts.map((part) => [part.type, Number(part.value)]));
}

/** The moment at which the agent's clock shows this; days may overflow the month. */
export function momentAt({ year, month, day, hour = 0, minute = 0 }) {
  const wished = Date.UTC(year, month - 1, day, hour, minute);
  return new Date(wished - ahead(wished - ahead(wished)));
}

export const words = (moment) => inZone(WORDS).format(moment);

/** How many milliseconds the agent's clock is ahead of UTC at a moment. */
function ahead(time) {
  const shown = wall(new Date(time));
  return Date.UTC(shown.year, shown.month - 1, shown.day, shown.hour, shown.minute) - Math.floor(time / 60_000) * 60_000;
}

function inZone(options) {
  try {
    return new Intl.DateTimeFormat("en-GB", { ...options, timeZone: document.body.dataset.zone || undefined });
  } catch {
    return new Intl.DateTimeFormat("en-GB", options);
  }
}
