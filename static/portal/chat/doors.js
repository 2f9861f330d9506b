/** One question to the desk over HTTP. The visitor's token goes in a header, never in an address. */
import { language, settings } from "./page.js";

const base = `/chat/${settings.inbox}/`;

/** The desk's "no", in its own words; `token` is the one that was refused. */
export class Refused extends Error {
  constructor(status, body, token) {
    super(body.message || "");
    this.status = status;
    this.token = token;
    this.fields = body.fields || {};
    this.code = body.code || "";
    this.retryAfter = body.retry_after || 0;
    // Free times, where the one that was asked for is taken.
    this.offers = body.slots ? body : null;
  }
}

/** Raises Refused; and TypeError when the desk is out of reach. */
export async function ask(path, { token, body, method = body ? "POST" : "GET" }) {
  const headers = { Authorization: `Bearer ${token}`, "Accept-Language": language };
  let sent = body;
  if (body && !(body instanceof FormData)) {
    headers["Content-Type"] = "application/json";
    sent = JSON.stringify(body);
  }
  const answer = await fetch(base + path, { method, headers, body: sent, credentials: "omit", cache: "no-store" });
  if (!answer.ok) throw new Refused(answer.status, await answer.json().catch(() => ({})), token);
  return answer;
}
