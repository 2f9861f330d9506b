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
      return memory.get(name) ?? (name === "token" ? readCookie() : "");
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
