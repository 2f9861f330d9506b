/** What the chat remembers. A frame of another site may be denied storage: then the token, and it alone, goes into a
 * partitioned cookie (ours on this one site; the server never reads it), and all else lasts as long as the page. */
const MONTH = 30 * 24 * 3600;
const { inbox } = document.body.dataset;
const memory = new Map();
const keyOf = (name) => `helpdesk.chat.${inbox}.${name}`;

export const store = {
  get(name) {
    try {
      return localStorage.getItem(keyOf(name)) ?? "";
    } catch {
      // The cookie first: another window may have written it since.
      return (name === "token" && readCookie()) || memory.get(name) || "";
    }
  },
  set(name, value) {
    try {
      if (value) localStorage.setItem(keyOf(name), value);
      else localStorage.removeItem(keyOf(name));
    } catch {
      memory.set(name, value);
      if (name === "token") writeCookie(value);
    }
  },
  /** `changed(before, now)` when another window of this browser has set it. */
  watch(name, changed) {
    addEventListener("storage", (event) => event.key === keyOf(name) && changed(event.oldValue, event.newValue));
    window.cookieStore?.addEventListener("change", (event) => {
      for (const cookie of event.changed.filter((entry) => entry.name === keyOf(name))) {
        const before = memory.get(name);
        memory.set(name, cookie.value);
        changed(before, cookie.value);
      }
    });
  },
};

function readCookie() {
  const start = `${keyOf("token")}=`;
  const found = document.cookie.split("; ").find((entry) => entry.startsWith(start));
  return found ? found.slice(start.length) : "";
}

function writeCookie(value) {
  const age = value ? MONTH : 0;
  document.cookie = `${keyOf("token")}=${value}; Path=/chat/${inbox}/; Max-Age=${age}; Secure; SameSite=None; Partitioned`;
}
