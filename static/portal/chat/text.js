/** Strangers' text on the page: never markup, links only to the web. */
import { sizeOf } from "./page.js";

const LINK = /https?:\/\/[^\s<>"'“”‘’]{3,500}/giu;
const TAIL = /[.,;:!?)\]}]+$/u;

/** Put text into an element (or a file's name and size into its parts). */
export function fill(element, text, size) {
  if (size !== undefined) {
    element.querySelector(".file-name").textContent = text;
    element.querySelector(".size").textContent = sizeOf(size);
    return element;
  }
  element.replaceChildren();
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    const address = match[0].replace(TAIL, "");
    element.append(text.slice(end, match.index), link(address));
    end = match.index + address.length;
  }
  element.append(text.slice(end));
  return element;
}

function link(address) {
  const made = document.createElement("a");
  made.href = address;
  made.target = "_blank";
  made.rel = "noopener noreferrer nofollow ugc";
  made.textContent = address;
  return made;
}
