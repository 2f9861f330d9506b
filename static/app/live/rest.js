// Says whether a list is at rest, so that rows may move, or in someone's hand.

const KEY_MS = 3_000;
const RESUME_MS = 400;

let keyAt = -Infinity;
const handlers = new Set();

/** At rest: no pointer over it, no focus in it, nothing ticked, not scrolled, no j or k just now. */
export function isAtRest(list) {
  const scroller = list.closest(".list-scroll") ?? list;
  return !(
    list.matches(":hover") ||
    (list.contains(document.activeElement) && document.activeElement.matches(":focus-visible")) ||
    list.querySelector("input:checked") ||
    scroller.scrollTop > 0 ||
    performance.now() - keyAt < KEY_MS
  );
}

/** Calls `handler` whenever the list on the screen has come to rest. */
export function onRest(handler) {
  handlers.add(handler);
}

function later() {
  setTimeout(() => {
    const list = document.querySelector("#tickets");
    if (list && isAtRest(list)) handlers.forEach((handler) => handler());
  }, RESUME_MS);
}

document.addEventListener("keydown", (event) => {
  if (!["j", "k", "ArrowDown", "ArrowUp"].includes(event.key)) return;
  keyAt = performance.now();
  setTimeout(later, KEY_MS);
});
document.addEventListener("pointerout", (event) => {
  if (event.target.closest?.("#tickets") && !event.relatedTarget?.closest?.("#tickets")) later();
});
document.addEventListener("focusout", later);
document.addEventListener("change", later);
document.addEventListener("scrollend", later, { capture: true });
