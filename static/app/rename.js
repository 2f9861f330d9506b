// Small edits of the open ticket: its subject in place, and whether the agent follows it.

import { addActs } from "./acts.js";
import { change } from "./triage.js";

const head = () => document.querySelector("#ticket-head");

/** Edit the subject in place. */
function subject() {
  const button = head().querySelector('[data-act="subject"]');
  const input = Object.assign(document.createElement("input"), { value: button.innerText.trim(), maxLength: 500 });
  input.setAttribute("aria-label", "Subject");
  button.hidden = true;
  button.before(input);
  input.select();
  const end = (isSaved) => {
    if (!input.isConnected) return;
    const text = input.value.trim();
    input.remove();
    button.hidden = false;
    if (isSaved && text && text !== button.innerText.trim()) change("subject", { subject: text }, "Renamed");
  };
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing) end(true);
    if (event.key === "Escape") end(false);
  });
  input.addEventListener("blur", () => end(true));
}

async function follow() {
  const button = document.querySelector('#side [data-act="follow"]');
  const isOn = button?.getAttribute("aria-pressed") !== "true";
  await change("follow", { on: isOn ? "1" : "" }, isOn ? "Following" : "No longer following");
  document.dispatchEvent(new CustomEvent("ticket:aside"));
}

addActs({
  subject: {
    label: "Rename", group: "Ticket", icon: "pencil", run: subject,
    when: () => document.body.dataset.role !== "light" && Boolean(head()),
  },
  follow: { label: "Follow or unfollow", group: "Ticket", icon: "star", when: () => Boolean(head()), run: follow },
});
