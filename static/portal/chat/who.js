/** Who the visitor is. Only the steps of this module write the token, one after the other, so that none overtakes
 * another; whoever speaks to the desk waits until all of them are done (`settled`). */
import { ask } from "./doors.js";
import { store } from "./page.js";

const FIRST_PAUSE = 2000;
const LONGEST_PAUSE = 30000;

let tail = Promise.resolve();
// Each wish of the page or the site makes the earlier ones pointless.
let wishes = 0;
let isKnown = false;
let hooks = {};

export const token = () => store.get("token");
export const hasBegun = () => wishes > 0;

/** `told`: onStep() before each step, onKnown(session) after it, onRefused(problem), onTrouble(). */
export function start(told) {
  hooks = told;
  // Another window of this browser has become somebody else (a renewed token begins like the one before).
  const whose = (value) => (value || "").split(":")[0];
  store.watch("token", (before, now) => now && whose(before) !== whose(now) && hooks.onStep());
}

/** Done when no step is under way or waits. */
export async function settled() {
  for (let seen = null; seen !== tail; ) await (seen = tail);
}

/** Begin or go on; with `jwt` as the user whom the site's own server names. */
export function begin(jwt = "") {
  const wish = ++wishes;
  return next(() => insist(jwt, wish));
}

/** This token is worth nothing any more: take another, unless that has happened since. */
export function renew(refused) {
  const wish = wishes;
  return next(() => (token() && token() !== refused ? null : insist("", wish)));
}

/** Leave nothing behind, and begin anew as nobody. */
export function signOut() {
  const wish = ++wishes;
  return next(async () => {
    await ask("sign-out/", { token: token(), method: "POST" }).catch(() => null);
    for (const name of ["token", "outbox", "draft"]) store.set(name, "");
    await insist("", wish);
  });
}

function next(step) {
  tail = tail.then(step).catch((problem) => console.error(problem));
  hooks.onStep();
  return tail;
}

/** Over and over until the desk answers, or somebody wishes otherwise. */
async function insist(jwt, wish) {
  for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    const asked = token();
    const [session, problem] = await open(jwt, asked);
    // Another window has become somebody meanwhile: what this one was told as nobody must not undo that.
    if (session && !jwt && token() !== asked) continue;
    if (session) return know(session);
    if (problem.code === "identity_refused") {
      hooks.onRefused(problem);
      if (isKnown) return null;
      jwt = "";
      continue;
    }
    hooks.onTrouble();
    await new Promise((resume) => setTimeout(resume, Math.max(pause, 1000 * (problem.retryAfter || 0))));
    if (wish !== wishes) return null;
  }
}

function know(session) {
  store.set("token", session.token);
  isKnown = true;
  hooks.onKnown(session);
}

async function open(jwt, token) {
  try {
    return [await (await ask("session/", { token, body: { token, jwt } })).json(), null];
  } catch (problem) {
    return [null, problem];
  }
}
