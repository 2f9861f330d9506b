// Talks to the desk: answers with data or with a refusal in words, never throws.

import { toast } from "./toast.js";

const PATIENCE_MS = 15_000;

/**
 * @typedef {{ok: boolean, status: number, data: any}} Answer status 0 when the desk cannot be reached
 */

/** @returns {Promise<Answer>} */
export async function ask(url, options = {}) {
  const headers = { "X-Fragment": "1", Accept: "application/json", ...options.headers };
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS), ...options, headers });
    const isJson = response.headers.get("Content-Type")?.includes("json");
    const data = response.status === 304 ? null : isJson ? await response.json() : await response.text();
    return { ok: response.ok, status: response.status, data };
  } catch {
    return { ok: false, status: 0, data: { message: "The desk cannot be reached. Check your connection." } };
  }
}

/** @param {Record<string, any>} values lists become repeated fields */
export function post(url, values = {}, options = {}) {
  const body = new FormData();
  for (const [name, value] of Object.entries(values)) {
    for (const item of Array.isArray(value) ? value : [value]) body.append(name, item ?? "");
  }
  const headers = { "X-CSRFToken": document.body.dataset.csrf, ...options.headers };
  return ask(url, { method: "POST", body, ...options, headers });
}

/** What went wrong, in the server's words. */
export function reason(answer) {
  const fields = Object.values(answer.data?.fields ?? {});
  if (fields.length) return fields[0];
  if (answer.data?.message) return answer.data.message;
  if (answer.status === 413) return "That is larger than the desk takes.";
  if (answer.status === 403) return "This page has expired. Reload it; your drafts are safe.";
  return "That did not work. Try again in a moment.";
}

/** Show a refusal; true when there was none. */
export function settled(answer) {
  if (!answer.ok) toast(reason(answer), { bad: true });
  return answer.ok;
}

/** A new random key, for requests that must not be done twice. */
export function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
