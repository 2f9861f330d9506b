// Brings an element up to date in place, so that focus, selection and what the person has opened stay.

/** What scripts and people set on the live element; the server's copy knows nothing of it. */
const KEPT = new Set(["aria-current", "aria-selected", "aria-expanded", "tabindex", "open", "checked", "data-unread"]);

/** Filled by scripts alone. */
const OURS = ".presence, #presence, [data-keep]";

/**
 * @param {Element} live
 * @param {Element} fresh
 */
export function morph(live, fresh) {
  if (live.isEqualNode(fresh) || live.matches(OURS)) return;
  morphAttributes(live, fresh);
  const wanted = [...fresh.childNodes];
  wanted.forEach((node, index) => {
    const present = live.childNodes[index];
    if (!present) live.append(node);
    else if (!isSame(present, node)) present.replaceWith(node);
    else if (node.nodeType === Node.ELEMENT_NODE) morph(present, node);
    else if (present.nodeValue !== node.nodeValue) present.nodeValue = node.nodeValue;
  });
  while (live.childNodes.length > wanted.length) live.lastChild.remove();
}

function isSame(a, b) {
  return a.nodeName === b.nodeName && (a.id ?? "") === (b.id ?? "");
}

function morphAttributes(live, fresh) {
  for (const { name } of [...live.attributes]) {
    if (!fresh.hasAttribute(name) && !KEPT.has(name) && !(name === "class" && live.matches(".row"))) {
      live.removeAttribute(name);
    }
  }
  for (const { name, value } of fresh.attributes) {
    const isKept = KEPT.has(name) || (name === "class" && live.matches(".row"));
    if (!isKept && live.getAttribute(name) !== value) live.setAttribute(name, value);
  }
}

/** @param {string} html the markup of one element */
export function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.firstElementChild;
}
