// The copy of unsent words that outlives a crash: localStorage reaches the disk late, a strict write to IndexedDB at once.

const STORE = "drafts";

const opened = new Promise((resolve) => {
  try {
    const asked = indexedDB.open("helpdesk-drafts", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE);
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => resolve(null);
  } catch {
    // Private mode of some browsers: localStorage has to do.
    resolve(null);
  }
});

/** Done when it is on the disk, or cannot be. */
async function write(change) {
  const database = await opened;
  if (!database) return;
  await new Promise((resolve) => {
    const writing = database.transaction(STORE, "readwrite", { durability: "strict" });
    for (const end of ["oncomplete", "onerror", "onabort"]) writing[end] = resolve;
    change(writing.objectStore(STORE));
  });
}

/** @param {string} text what localStorage has under the same key */
export const lock = (key, text) => write((store) => store.put({ text, at: Date.now() }, key));
export const unlock = (key) => write((store) => store.delete(key));

/** Put back what localStorage has lost; tells whether there was anything. */
export async function recover() {
  const database = await opened;
  if (!database) return false;
  const lost = await new Promise((resolve) => {
    const found = [];
    const reading = database.transaction(STORE).objectStore(STORE).openCursor();
    reading.onerror = () => resolve([]);
    reading.onsuccess = () => {
      const at = reading.result;
      if (!at) return resolve(found);
      if (isNewer(at.value, localStorage.getItem(at.key))) found.push([at.key, at.value.text]);
      at.continue();
    };
  });
  for (const [key, text] of lost) localStorage.setItem(key, text);
  return lost.length > 0;
}

function isNewer({ at, text }, known) {
  if (known === null) return true;
  return known !== text && at > (JSON.parse(known).at ?? 0);
}
