/** What was written but is not yet safe at the desk. It survives a reload; sent twice, it is one message. */
import { newId, store } from "./page.js";

// Files cannot be kept across a reload: such a message waits in this page only.
const withFiles = new Map();

function read() {
  try {
    return JSON.parse(store.get("outbox") || "[]");
  } catch {
    return [];
  }
}

function write(entries) {
  store.set("outbox", entries.length ? JSON.stringify(entries) : "");
}

export function add(text, files, extra) {
  const entry = { id: newId(), text, at: new Date().toISOString(), ...extra };
  if (files.length) withFiles.set(entry.id, { ...entry, files });
  else write([...read(), entry]);
  return withFiles.get(entry.id) || entry;
}

/** Oldest first. */
export function waiting() {
  return [...read(), ...withFiles.values()].sort((a, b) => (a.at < b.at ? -1 : 1));
}

export function remove(id) {
  withFiles.delete(id);
  const entries = read();
  if (entries.some((entry) => entry.id === id)) write(entries.filter((entry) => entry.id !== id));
}

export function forget() {
  withFiles.clear();
  write([]);
}
