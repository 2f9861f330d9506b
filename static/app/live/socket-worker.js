// The shared worker that holds a browser's one socket for all of its pages.

import { Switchboard } from "./switchboard.js";

const ports = new Set();
const origin = self.location.origin.replace(/^http/, "ws");
const board = new Switchboard(`${origin}/ws/agent/`, (message) => ports.forEach((port) => port.postMessage(message)));

let last = 0;

self.onconnect = (event) => {
  const port = event.ports[0];
  const page = `page-${++last}`;
  ports.add(port);
  port.onmessage = ({ data }) => {
    board.receive(page, data);
    if (data.op === "bye") ports.delete(port);
    else ports.add(port);
  };
};
