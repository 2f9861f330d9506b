// One WebSocket that is always coming back: heartbeat, backoff without an end, wake-up after sleep.

const PING_MS = 20_000;
const DEAD_MS = 45_000;
const WAKE_ANSWER_MS = 3_000;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 15_000;
const SLEPT_MS = 5_000;
const SIGNED_OUT = 4401;
const RESTARTING = 1012;

/** @typedef {"connecting" | "open" | "lost" | "signed-out"} LinkState */

export class Link {
  /**
   * @param {string} url
   * @param {{onFrame: (frame: any) => void, onState: (state: LinkState) => void}} listeners
   */
  constructor(url, { onFrame, onState }) {
    this.url = url;
    this.onFrame = onFrame;
    this.onState = onState;
    /** @type {LinkState} */ this.state = "connecting";
    this.retryMs = FIRST_RETRY_MS;
    this.heardAt = Date.now();
    this.tickedAt = Date.now();
    this.pingedAt = 0;
    this.socket = null;
    this.timer = 0;
    this.connect();
    setInterval(() => this.tick(), 1_000);
  }

  send(frame) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  /** The network, the screen or the laptop is back: do not wait for the next try, and doubt an open socket. */
  wake() {
    if (this.state === "signed-out") return;
    if (this.socket?.readyState === WebSocket.OPEN) this.doubt();
    else if (this.state !== "connecting") this.connect();
  }

  /** Someone has signed in (anew): the cookies are different ones now. */
  renew() {
    this.connect();
  }

  connect() {
    clearTimeout(this.timer);
    this.drop();
    this.become(this.state === "lost" ? "lost" : "connecting");
    const socket = new WebSocket(this.url);
    this.socket = socket;
    this.heardAt = Date.now();
    socket.onmessage = (event) => this.hear(JSON.parse(event.data));
    socket.onclose = (event) => this.closed(event.code);
  }

  hear(frame) {
    this.heardAt = Date.now();
    if (frame.type === "pong") return;
    if (frame.type === "hello") {
      this.retryMs = FIRST_RETRY_MS;
      this.become("open");
    }
    this.onFrame(frame);
  }

  closed(code) {
    this.drop();
    if (code === SIGNED_OUT) {
      this.become("signed-out");
      return;
    }
    this.become("lost");
    // Half of the wait is fixed and half is luck, so that a thousand desks do not come back in the same moment.
    const wait = code === RESTARTING ? 1_500 * Math.random() : this.retryMs * (0.5 + Math.random() / 2);
    this.retryMs = Math.min(this.retryMs * 2, LONGEST_RETRY_MS);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.connect(), wait);
  }

  /** Forget the socket without hearing of its end. */
  drop() {
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onmessage = socket.onclose = null;
    socket.close();
  }

  doubt() {
    const asked = Date.now();
    this.ping();
    setTimeout(() => {
      if (this.heardAt < asked && this.state === "open") this.closed(0);
    }, WAKE_ANSWER_MS);
  }

  ping() {
    this.pingedAt = Date.now();
    this.send({ type: "ping" });
  }

  tick() {
    const now = Date.now();
    const slept = now - this.tickedAt > SLEPT_MS;
    this.tickedAt = now;
    if (slept) this.wake();
    if (this.socket && now - this.heardAt > DEAD_MS) this.closed(0);
    else if (this.state === "open" && now - Math.max(this.heardAt, this.pingedAt) > PING_MS) this.ping();
  }

  become(state) {
    if (state === this.state) return;
    this.state = state;
    this.onState(state);
  }
}
