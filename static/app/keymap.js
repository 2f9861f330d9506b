// The keys and what they do; the sheet, the palette and the key engine all read this.

/** @type {{keys: string, act: string, label: string, group: string}[]} */
export const KEYMAP = [
  { keys: "?", act: "keys", label: "This sheet", group: "Everywhere" },
  { keys: "Ctrl+k", act: "palette", label: "Command palette", group: "Everywhere" },
  { keys: "/", act: "search", label: "Search", group: "Everywhere" },
  { keys: "c", act: "new-ticket", label: "New ticket", group: "Everywhere" },
  { keys: "Escape", act: "escape", label: "Close, back", group: "Everywhere" },
  { keys: "Ctrl+z", act: "undo", label: "Undo the last action", group: "Everywhere" },
  { keys: "Shift+D", act: "theme", label: "Light or dark", group: "Everywhere" },
  { keys: "g m", act: "go-mine", label: "Mine", group: "Go to" },
  { keys: "g u", act: "go-unassigned", label: "Unassigned", group: "Go to" },
  { keys: "g a", act: "go-all", label: "All open", group: "Go to" },
  { keys: "g s", act: "go-snoozed", label: "Snoozed", group: "Go to" },
  { keys: "g n", act: "go-notifications", label: "Alerts", group: "Go to" },
  { keys: "g c", act: "go-contacts", label: "People", group: "Go to" },
  { keys: "g b", act: "go-callbacks", label: "Callbacks", group: "Go to" },
  { keys: "g r", act: "go-reports", label: "Reports", group: "Go to" },
  { keys: "g ,", act: "go-settings", label: "Settings", group: "Go to" },
  { keys: "j", act: "next", label: "Next ticket", group: "List" },
  { keys: "k", act: "previous", label: "Previous ticket", group: "List" },
  { keys: "ArrowDown", act: "next-row", label: "Next row", group: "List" },
  { keys: "ArrowUp", act: "previous-row", label: "Previous row", group: "List" },
  { keys: "o", act: "open", label: "Open", group: "List" },
  { keys: "x", act: "tick", label: "Select", group: "List" },
  { keys: ".", act: "show-new", label: "Show what is new", group: "List" },
  { keys: "r", act: "reply", label: "Reply", group: "Ticket" },
  { keys: "n", act: "note", label: "Internal note", group: "Ticket" },
  { keys: "h", act: "message-previous", label: "Previous message", group: "Ticket" },
  { keys: "l", act: "message-next", label: "Next message", group: "Ticket" },
  { keys: "]", act: "side", label: "Customer sidebar", group: "Ticket" },
  { keys: "a", act: "assign", label: "Assign", group: "Triage" },
  { keys: "i", act: "assign-me", label: "Assign to me", group: "Triage" },
  { keys: "Shift+I", act: "take-next", label: "Take the next ticket", group: "Triage" },
  { keys: "Shift+A", act: "team", label: "Team", group: "Triage" },
  { keys: "s", act: "status", label: "Status", group: "Triage" },
  { keys: "e", act: "resolve", label: "Resolve", group: "Triage" },
  { keys: "p", act: "priority", label: "Priority", group: "Triage" },
  { keys: "t", act: "tags", label: "Tags", group: "Triage" },
  { keys: "z", act: "snooze", label: "Snooze", group: "Triage" },
  { keys: "f", act: "follow", label: "Follow", group: "Triage" },
  { keys: "!", act: "spam", label: "Spam", group: "Triage" },
];

/** Keys that the composer handles itself; only for the sheet. */
export const COMPOSER_KEYS = [
  { keys: "Ctrl+Enter", label: "Send" },
  { keys: "Ctrl+Shift+Enter", label: "Send and resolve" },
  { keys: "/", label: "Canned responses" },
  { keys: "@", label: "Mention, in notes" },
  { keys: "Escape", label: "Leave, draft kept" },
];

/** The key of an act, in the words of the sheet. */
export function keyOf(act) {
  return KEYMAP.find((line) => line.act === act)?.keys ?? "";
}
