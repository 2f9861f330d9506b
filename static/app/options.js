// The agents, teams, tags and views to choose from; asked once, and again after five minutes.

import { ask } from "./server.js";

const FRESH_MS = 5 * 60_000;

let known = null;
let at = -Infinity;

/** @returns {Promise<any>} */
export async function options() {
  if (known && performance.now() - at < FRESH_MS) return known;
  const answer = await ask("/options/");
  if (answer.ok) {
    known = answer.data;
    at = performance.now();
  }
  return known ?? { agents: [], teams: [], tags: [], statuses: [], priorities: [], views: [], macros: [] };
}
