// Why nobody has a ticket: the words in its row change while the ticket itself stays as it is.

/** @param {{ tickets: number[], short: string, title: string }} frame */
export function showWaits({ tickets, short, title }) {
  for (const id of tickets) {
    const nobody = document.querySelector(`#t${id} .avatar.none`);
    if (nobody) show(nobody, short, title);
  }
}

function show(nobody, short, title) {
  const before = nobody.previousElementSibling;
  if (before?.matches(".wait")) before.remove();
  if (short) nobody.before(wordsOf(short, title));
  nobody.title = title ? `Nobody has it. ${title}` : "Nobody has it";
  nobody.querySelector(".sr").textContent = title ? `Unassigned. ${title}` : "Unassigned";
}

function wordsOf(short, title) {
  const words = document.createElement("span");
  words.className = "wait";
  words.ariaHidden = "true";
  words.title = title;
  words.textContent = short;
  return words;
}
