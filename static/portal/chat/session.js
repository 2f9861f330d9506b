/** What the chat asks of the desk by HTTP, once it is settled who asks. */
import * as doors from "./doors.js";
import { renew, settled, token } from "./who.js";

async function ask(path, options = {}) {
  await settled();
  try {
    return await doors.ask(path, { token: token(), ...options });
  } catch (problem) {
    if (problem.code !== "token_refused") throw problem;
    await renew(problem.token);
    return doors.ask(path, { token: token(), ...options });
  }
}

export const status = async () => (await ask("status/")).json();
export const earlier = async (seq) => (await ask(`messages/?before=${seq}`)).json();
export const since = async (ticket, seq) => (await ask(`messages/?ticket=${ticket || ""}&seq=${seq}`)).json();
export const leaveMessage = async (form) => (await ask("away/", { body: form })).json();
export const rate = async (answer) => (await ask("rating/", { body: answer })).json();
export const end = async () => (await ask("end/", { body: {} })).json();
export const leaveAddress = async (email) => (await ask("address/", { body: { email } })).json();
export const calls = async () => (await ask("callback/")).json();
export const booked = async () => (await ask("callback/?booked")).json();
export const bookCall = async (wish) => (await ask("callback/", { body: wish })).json();
export const moveCall = async (id, starts) => (await ask(`callback/${id}/`, { body: { starts } })).json();
export const callOff = async (id) => (await ask(`callback/${id}/`, { method: "DELETE" })).json();

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
