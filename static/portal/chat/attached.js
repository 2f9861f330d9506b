/** Files of a message: pictures are shown, everything else is fetched on a click and saved. */
import { part, word } from "./page.js";
import { fileAddress } from "./session.js";
import { fill } from "./text.js";

const PICTURES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);
const LARGEST_PICTURE = 5 * 1024 * 1024;

export function showFiles(item, files) {
  const list = item.querySelector(".attached");
  list.replaceChildren();
  for (const file of files) {
    const shown = fill(part("attached"), file.name, file.size);
    const button = shown.querySelector("button");
    button.addEventListener("click", () => save(file, button));
    list.append(shown);
    if (PICTURES.has(file.type) && file.size <= LARGEST_PICTURE) showPicture(file, button);
  }
}

async function showPicture(file, button) {
  try {
    const picture = document.createElement("img");
    picture.alt = file.name;
    picture.src = await fileAddress(file, file.type);
    await picture.decode();
    button.classList.add("picture");
    button.prepend(picture);
  } catch {
    // It is no picture after all, or out of reach: its name stays.
  }
}

async function save(file, button) {
  button.setAttribute("aria-busy", "true");
  try {
    const link = document.createElement("a");
    link.href = await fileAddress(file);
    link.download = file.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  } catch {
    button.querySelector(".size").textContent = word("no-file");
  } finally {
    button.removeAttribute("aria-busy");
  }
}
