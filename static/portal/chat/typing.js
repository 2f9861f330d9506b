/** "Ben is typing": seen at once, spoken at most every ten seconds. */
import { at, word } from "./page.js";

const SHOWN_FOR = 6000;
const SPOKEN_EVERY = 10000;
const shown = at("typing");
const spoken = at("typing-said");
let timer = 0;
let spokenAt = 0;

export function showTyping(name) {
  clearTimeout(timer);
  shown.hidden = !name;
  if (!name) {
    spoken.textContent = "";
    return;
  }
  const scroll = at("scroll");
  const isAtEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 120;
  shown.querySelector("span").textContent = word("typing", name);
  if (isAtEnd) scroll.scrollTop = scroll.scrollHeight;
  if (Date.now() - spokenAt > SPOKEN_EVERY) {
    spokenAt = Date.now();
    spoken.textContent = word("typing", name);
  }
  timer = setTimeout(() => showTyping(""), SHOWN_FOR);
}
