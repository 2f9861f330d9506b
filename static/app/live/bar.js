// Tells about the connection: nothing for three seconds, then a slim line, then what was caught up.

const SILENT_MS = 3_000;
const DONE_MS = 2_000;

let silence = 0;
let farewell = 0;
let current = "connecting";
let wasShown = false;

/** @param {"connecting" | "open" | "lost" | "signed-out"} state */
export function showState(state) {
  current = state;
  clearTimeout(silence);
  if (state === "signed-out") {
    wasShown = true;
    say("You are signed out. Your drafts are safe. ", link("Sign in again", "/accounts/login/"));
  } else if (state === "lost") {
    silence = setTimeout(() => {
      clearTimeout(farewell);
      wasShown = true;
      say("Reconnecting… drafts are safe");
    }, SILENT_MS);
  }
}

/** The screen is right again; -1 says that it was loaded anew. */
export function showCaughtUp(changed) {
  // An answer that was on its way while the socket went does not bring the socket back.
  if (!wasShown || current !== "open") return;
  wasShown = false;
  say(changed === 1 ? "Caught up: 1 update" : changed > 0 ? `Caught up: ${changed} updates` : "Connected again");
  farewell = setTimeout(() => say(), DONE_MS);
}

/** A newer release runs on the server. */
export function offerUpdate() {
  if (!bar().textContent) say("Helpdesk was updated. ", link("Load the new version", location.href));
}

function say(...parts) {
  const line = Object.assign(document.createElement("p"), { className: "banner" });
  line.append(...parts);
  bar().replaceChildren(...(parts.length ? [line] : []));
}

function bar() {
  const present = document.querySelector("#connection");
  if (present) return present;
  const made = Object.assign(document.createElement("div"), { id: "connection", className: "connection" });
  made.setAttribute("role", "status");
  document.body.append(made);
  return made;
}

function link(text, href) {
  return Object.assign(document.createElement("a"), { textContent: text, href });
}
