/** One socket with a heartbeat that comes back for ever; after each return the server tells what was missed. */
const FIRST_WAIT = 500;
const LONGEST_WAIT = 15000;
const PING_EVERY = 20000;
const DEAD_AFTER = 45000;
const TELL_AFTER = 3000;
const CLOSED_TOKEN = 4401;
// A network that never lets a socket through gets the answers by asking.
const ASK_AFTER_FAILURES = 3;
const ASK_EVERY = 4000;

export class Socket {
  /** `hooks`: settled(), hello() -> frame, onFrame(frame), onState("online" | "waiting"), renew(token), ask(). */
  constructor(hooks) {
    this.hooks = hooks;
    this.wait = FIRST_WAIT;
    this.failures = 0;
    this.turn = 0;
    this.isReady = false;
    this.isWanted = false;
    for (const event of ["online", "pageshow"]) addEventListener(event, () => this.retryNow());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.retryNow());
  }

  open() {
    if (this.isWanted) return;
    this.isWanted = true;
    this.connect();
  }

  close() {
    this.isWanted = false;
    this.drop();
  }

  send(frame) {
    if (!this.isReady) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  /** Say who we are, as soon as that is settled. Nothing else is said until the answer to the last greeting is here. */
  async greet() {
    const { socket } = this;
    const turn = ++this.turn;
    this.isReady = false;
    await this.hooks.settled();
    if (turn !== this.turn || socket !== this.socket || socket?.readyState !== WebSocket.OPEN) return;
    const hello = this.hooks.hello();
    this.greetedAs = hello.token;
    socket.send(JSON.stringify({ type: "hello", turn, ...hello }));
  }

  connect() {
    clearTimeout(this.timer);
    if (!this.isWanted || this.socket) return;
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/chat/`);
    this.socket = socket;
    socket.onopen = () => this.greet();
    socket.onmessage = (event) => this.onMessage(JSON.parse(event.data));
    socket.onclose = (event) => socket === this.socket && this.onClose(event.code);
  }

  onMessage(frame) {
    this.heardAt = Date.now();
    if (frame.type === "pong") return;
    if (frame.type === "resync") this.greet();
    else if (frame.type !== "welcome") this.hooks.onFrame(frame);
    else if (frame.turn === this.turn) this.onWelcome(frame);
    // Any other welcome answers an earlier greeting, perhaps somebody else's: the last one's answer tells it all.
  }

  onWelcome(frame) {
    this.isReady = true;
    this.wait = FIRST_WAIT;
    this.failures = 0;
    clearTimeout(this.complaint);
    clearInterval(this.asking);
    this.complaint = this.asking = null;
    this.beat();
    this.hooks.onState("online");
    this.hooks.onFrame(frame);
  }

  beat() {
    clearInterval(this.heart);
    this.heart = setInterval(() => {
      if (Date.now() - this.heardAt > DEAD_AFTER) this.onClose(0);
      else this.send({ type: "ping", visible: this.hooks.isVisible() });
    }, PING_EVERY);
  }

  drop() {
    clearInterval(this.heart);
    clearTimeout(this.timer);
    const { socket } = this;
    this.socket = null;
    this.isReady = false;
    socket?.close();
  }

  async onClose(code) {
    this.drop();
    this.failures += 1;
    this.complaint ??= setTimeout(() => this.hooks.onState("waiting"), TELL_AFTER);
    if (this.failures >= ASK_AFTER_FAILURES && !this.asking) {
      this.asking = setInterval(() => this.hooks.ask(), ASK_EVERY);
      this.hooks.ask();
    }
    if (code === CLOSED_TOKEN) await this.hooks.renew(this.greetedAs);
    this.timer = setTimeout(() => this.connect(), this.wait * (0.5 + Math.random() / 2));
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
  }

  /** The network or the laptop is back: at once, and a connection that looks dead is not trusted. */
  retryNow() {
    if (!this.isWanted) return;
    if (this.isReady && Date.now() - this.heardAt < PING_EVERY + 5000) {
      this.send({ type: "ping", visible: this.hooks.isVisible() });
      return;
    }
    if (this.isReady) this.drop();
    this.wait = FIRST_WAIT;
    this.connect();
  }
}
