// The things a person can do, by name: buttons ([data-act]), keys and the palette all come here.

/** @typedef {{label: string, run: (anchor?: Element | null) => void, when?: () => boolean, group?: string, icon?: string}} Act */

/** @type {Map<string, Act>} */
const acts = new Map();

/** @param {Record<string, Act>} named */
export function addActs(named) {
  for (const [name, act] of Object.entries(named)) acts.set(name, act);
}

/** Do it when it makes sense now; tells whether it did. */
export function act(name, anchor = null) {
  const found = acts.get(name);
  if (!found || (found.when && !found.when())) return false;
  found.run(anchor ?? buttonOf(name));
  return true;
}

/** Where a key's dialog belongs: beside the button that does the same. */
function buttonOf(name) {
  return [...document.querySelectorAll(`[data-act="${name}"]`)].find((button) => button.offsetParent) ?? null;
}

/** Those that make sense now, for the palette. */
export function possibleActs() {
  return [...acts].filter(([, found]) => found.label && (!found.when || found.when()));
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-act]");
  if (!button || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  if (act(button.dataset.act, button)) event.preventDefault();
});
