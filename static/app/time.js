// Keeps relative times and promise clocks true: every half minute, every second when one is about to end.

const NEAR_MS = 5 * 60_000;
const SOON_MS = 60 * 60_000;
const ICONS = { late: "circle-x", soon: "timer", ok: "clock" };

export function startClocks() {
  tick();
  setInterval(tick, 30_000);
  setInterval(() => document.querySelectorAll(".sla[data-due]").forEach((clock) => isNear(clock) && show(clock)), 1_000);
}

/** Bring all times on the page up to date, for example after rows were added. */
export function tick() {
  if (document.visibilityState === "hidden") return;
  document.querySelectorAll("time[data-ago]").forEach((time) => (time.textContent = ago(new Date(time.dateTime))));
  document.querySelectorAll(".sla[data-due]").forEach(show);
}

export function ago(then, now = new Date()) {
  const seconds = Math.max(0, (now - then) / 1000);
  if (seconds < 60) return "now";
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h`;
  if (seconds < 7 * 86_400) return `${Math.floor(seconds / 86_400)}d`;
  const day = `${then.getDate()} ${then.toLocaleString("en", { month: "short" })}`;
  return then.getFullYear() === now.getFullYear() ? day : `${day} ${then.getFullYear()}`;
}

export function left(ms) {
  const total = Math.floor(Math.abs(ms) / 1000);
  const sign = ms < 0 && total >= 60 ? "-" : "";
  if (ms >= 0 && total < 300) return `${Math.floor(total / 60)}:${String(total % 60).padStart(2, "0")}`;
  const minutes = Math.floor(total / 60);
  if (minutes < 60) return `${sign}${minutes}m`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${sign}${hours}h ${minutes % 60}m` : `${sign}${Math.floor(hours / 24)}d ${hours % 24}h`;
}

const remaining = (clock) => (clock.dataset.due ? new Date(clock.dataset.due) - Date.now() : Infinity);
const isNear = (clock) => Math.abs(remaining(clock)) < NEAR_MS;

function show(clock) {
  const ms = remaining(clock);
  const text = clock.querySelector(".sla-text");
  if (!Number.isFinite(ms) || !text) return;
  text.textContent = left(ms);
  const state = ms <= 0 ? "late" : ms < SOON_MS ? "soon" : "ok";
  if (clock.dataset.state === state) return;
  clock.dataset.state = state;
  const use = clock.querySelector("use");
  use?.setAttribute("href", use.getAttribute("href").replace(/#.*$/, `#${ICONS[state]}`));
}
