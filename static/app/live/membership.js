// Decides from a ticket's facets whether its row belongs to the list on the screen.

const OPEN = ["open", "pending", "on_hold"];

const STATES = {
  awake: (facets) => OPEN.includes(facets.status) && !facets.snoozed,
  open: (facets) => OPEN.includes(facets.status),
  snoozed: (facets) => OPEN.includes(facets.status) && facets.snoozed,
  done: (facets) => ["resolved", "closed"].includes(facets.status),
  spam: (facets) => facets.status === "spam",
  any: () => true,
};

/**
 * True, false, or null when only the server can tell.
 * @param {DOMStringMap} view the list's `data-view-*`
 * @param {any} facets
 */
export function belongs(view, facets) {
  const fits =
    (STATES[view.viewState || "any"] ?? STATES.any)(facets) &&
    isOneOf(view.viewStatus, facets.status) &&
    isOneOf(view.viewPriority, facets.priority) &&
    isPerson(view.viewAssignee, facets.assignee) &&
    (view.viewTeam === "mine" || isPerson(view.viewTeam, facets.team)) &&
    isPerson(view.viewInbox, facets.inbox) &&
    isPerson(view.viewContact, facets.contact) &&
    isOneOf(view.viewChannel, facets.channel) &&
    (!view.viewTag || facets.tags.includes(view.viewTag));
  if (!fits) return false;
  return view.viewUnknown ? null : true;
}

/** What to tell about a row that leaves, by what has changed. */
export function whereTo(row, facets) {
  if (!facets) return "No longer visible to you";
  if (facets.status !== row.status) return `Moved to ${facets.status.replace("_", " ")}`;
  if (facets.snoozed && !row.snoozed) return "Snoozed";
  if (String(facets.assignee ?? "") !== row.assignee) return facets.assignee ? "Assigned to a colleague" : "Unassigned";
  if (String(facets.team ?? "") !== row.team) return "Moved to another team";
  return "Left this view";
}

function isOneOf(wanted, value) {
  return !wanted || wanted.split(",").includes(value);
}

function isPerson(wanted, id) {
  if (!wanted) return true;
  return wanted === "none" ? id === null : wanted === String(id);
}
