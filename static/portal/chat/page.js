/** The page's own words, elements and safe storage. */
const dictionary = document.getElementById("dictionary").content;
const memory = new Map();

export const at = (id) => document.getElementById(id);
export const settings = document.body.dataset;

/** A word of the page's language; `%s` becomes `value`. */
export function word(name, value = "") {
  const found = dictionary.querySelector(`[data-word="${name}"]`);
  return (found ? found.textContent : name).replace("%s", value);
}

export function part(id) {
  return at(id).content.firstElementChild.cloneNode(true);
}

const keyOf = (name) => `helpdesk.chat.${settings.inbox}.${name}`;

/** Storage that may be forbidden in a frame of another site: then it lasts as long as the page. */
export const store = {
  get(name) {
    try {
      return localStorage.getItem(keyOf(name)) ?? memory.get(name) ?? "";
    } catch {
      return memory.get(name) ?? "";
    }
  },
  set(name, value) {
    memory.set(name, value);
    try {
      if (value) localStorage.setItem(keyOf(name), value);
      else localStorage.removeItem(keyOf(name));
    } catch {
      // The browser forbids it; `memory` has it.
    }
  },
};

/** An id that is ours alone; also where `crypto.randomUUID` is missing (plain http). */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function sizeOf(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1048576 ? `${Math.round(bytes / 1024)} kB` : `${(bytes / 1048576).toFixed(1)} MB`;
}
