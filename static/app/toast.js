// Short messages at the foot of the page, with at most one action; they wait while looked at.

const STAY_MS = 8_000;

/**
 * @param {string} text
 * @param {{bad?: boolean, action?: string, run?: () => void, until?: number}} [options] `until` counts down to a moment
 * @returns {() => void} closes it
 */
export function toast(text, { bad = false, action = "", run, until = 0 } = {}) {
  const region = document.querySelector("#toasts");
  const item = document.createElement("div");
  item.className = bad ? "toast bad" : "toast";
  item.setAttribute("role", bad ? "alert" : "status");
  item.append(Object.assign(document.createElement("span"), { textContent: text }));
  const close = () => {
    clearInterval(timer);
    item.remove();
    if (last === press) last = null;
  };
  const press = () => {
    close();
    run?.();
  };
  if (action) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: action });
    button.addEventListener("click", press);
    item.append(button);
    last = press;
  }
  let left = STAY_MS;
  const timer = setInterval(() => {
    if (until) {
      const seconds = Math.ceil((until - Date.now()) / 1000);
      if (seconds <= 0) return close();
      item.querySelector("button").textContent = `${action} ${seconds}`;
    } else if (!item.matches(":hover, :focus-within") && (left -= 500) <= 0) close();
  }, 500);
  region.append(item);
  while (region.children.length > 3) region.firstChild.remove();
  return close;
}

let last = null;

/** Press the newest toast's action: Ctrl+Z outside of an editor. */
export function undoLast() {
  last?.();
}

/** Say something to screen readers only. */
export function announce(text) {
  const region = document.querySelector("#announce");
  if (region) region.textContent = text;
}
