/** The page's own words, elements and safe storage. */
export { store } from "./store.js";

const dictionary = document.getElementById("dictionary").content;

export const at = (id) => document.getElementById(id);
export const settings = document.body.dataset;
export const { lang: language } = document.documentElement;
/** Dates and times as the visitor's own variety of the language writes them. */
export const locale = navigator.languages.find((wish) => wish.split("-")[0] === language) || language;

/** A word of the page's language; `%s` becomes `value`. */
export function word(name, value = "") {
  const found = dictionary.querySelector(`[data-word="${name}"]`);
  return (found ? found.textContent : name).replace("%s", value);
}

export function part(id) {
  return at(id).content.firstElementChild.cloneNode(true);
}

/** An id that is ours alone; also where `crypto.randomUUID` is missing (plain http). */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function sizeOf(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1048576 ? `${Math.round(bytes / 1024)} kB` : `${(bytes / 1048576).toFixed(1)} MB`;
}
