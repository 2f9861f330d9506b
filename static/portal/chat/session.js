/** The visitor's token and the chat's HTTP doors. The token lives in this origin only and never in an address. */
import { settings, store } from "./page.js";

const base = `/chat/${settings.inbox}/`;

export class Refused extends Error {
  constructor(status, body) {
    super(body.message || "");
    this.status = status;
    this.fields = body.fields || {};
    this.code = body.code || "";
    this.retryAfter = body.retry_after || 0;
  }
}

export const token = () => store.get("token");

async function ask(path, { body, method = body ? "POST" : "GET" } = {}) {
  const headers = { Authorization: `Bearer ${token()}` };
  let sent = body;
  if (body && !(body instanceof FormData)) {
    headers["Content-Type"] = "application/json";
    sent = JSON.stringify(body);
  }
  const answer = await fetch(base + path, { method, headers, body: sent, credentials: "omit", cache: "no-store" });
  if (!answer.ok) throw new Refused(answer.status, await answer.json().catch(() => ({})));
  return answer;
}

/** Begin or go on; with `jwt` as the user whom the site's own server names. */
export async function open({ jwt = "" } = {}) {
  const answer = await ask("session/", { body: { token: token(), jwt } });
  const session = await answer.json();
  store.set("token", session.token);
  return session;
}

export async function signOut() {
  await ask("sign-out/", { method: "POST" }).catch(() => null);
  for (const name of ["token", "outbox", "draft"]) store.set(name, "");
}

export const status = async () => (await ask("status/")).json();
export const earlier = async (seq) => (await ask(`messages/?before=${seq}`)).json();
export const since = async (ticket, seq) => (await ask(`messages/?ticket=${ticket || ""}&seq=${seq}`)).json();
export const leaveMessage = async (form) => (await ask("away/", { body: form })).json();
export const leaveAddress = async (email) => (await ask("address/", { body: { email } })).json();

/** A message by HTTP: the way for files, and for networks that allow no socket. */
export async function say(entry) {
  const form = new FormData();
  for (const name of ["id", "text", "page", "name"]) form.append(name, entry[name] || "");
  for (const file of entry.files || []) form.append("files", file, file.name);
  return (await ask("messages/", { body: form })).json();
}

/** A file's content as an address that only this page knows. */
export async function fileAddress(file, type = "application/octet-stream") {
  const content = await (await ask(`files/${file.id}/`)).arrayBuffer();
  return URL.createObjectURL(new Blob([content], { type }));
}
