/** Files that the visitor chose, pasted or dropped, before they are sent. */
import { at, part, settings, word } from "./page.js";
import { fill } from "./text.js";

const list = at("files");
const wrong = at("composer-wrong");
const most = Number(settings.maxFiles);
const largest = Number(settings.maxFileBytes);
let chosen = [];
let onChange = () => {};

export function start(changed) {
  onChange = changed;
  const picker = at("picker");
  at("attach").addEventListener("click", () => picker.click());
  picker.addEventListener("change", () => {
    add([...picker.files]);
    picker.value = "";
  });
  const drop = document.querySelector(".chat");
  drop.addEventListener("dragover", (event) => event.preventDefault());
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!at("composer").hidden) add([...event.dataTransfer.files]);
  });
  at("words").addEventListener("paste", (event) => {
    if (event.clipboardData.files.length) add([...event.clipboardData.files]);
  });
}

export const any = () => chosen.length > 0;

export function take() {
  const taken = chosen;
  chosen = [];
  draw();
  return taken;
}

function add(files) {
  wrong.textContent = "";
  for (const file of files) {
    if (file.size > largest) wrong.textContent = word("too-large", file.name);
    else if (chosen.length >= most) wrong.textContent = word("too-many", most);
    else chosen.push(file);
  }
  draw();
}

function draw() {
  list.replaceChildren(...chosen.map(picked));
  list.hidden = !chosen.length;
  onChange();
}

function picked(file) {
  const item = fill(part("picked"), file.name, file.size);
  const button = item.querySelector("button");
  button.setAttribute("aria-label", word("remove", file.name));
  button.addEventListener("click", () => {
    chosen = chosen.filter((other) => other !== file);
    draw();
    at("words").focus();
  });
  return item;
}
