// Where there is no shared worker (phones): the page that gets the lock holds the socket for its siblings.

import { Switchboard } from "./switchboard.js";

/**
 * @param {(message: object) => void} listen
 * @returns {(message: object) => void} how this page speaks to whoever holds the socket
 */
export function join(listen) {
  const me = `page-${crypto.randomUUID()}`;
  const channel = new BroadcastChannel("helpdesk-live");
  const unheard = [];
  let board = null;
  channel.onmessage = ({ data }) => {
    if (data.to === "pages") listen(data.message);
    else if (board) board.receive(data.from, data.message);
  };
  const lead = () => {
    board = new Switchboard(`${location.origin.replace(/^http/, "ws")}/ws/agent/`, (message) => {
      channel.postMessage({ to: "pages", message });
      listen(message);
    });
    unheard.splice(0).forEach((message) => board.receive(me, message));
    channel.postMessage({ to: "pages", message: { op: "leader" } });
    // The lock lasts as long as this page.
    return new Promise(() => {});
  };
  if (navigator.locks) navigator.locks.request("helpdesk-live", lead);
  else lead();
  return (message) => {
    if (board) board.receive(me, message);
    else channel.postMessage({ from: me, message });
    if (!board && message.op === "watch") unheard.splice(0, unheard.length, message);
  };
}
