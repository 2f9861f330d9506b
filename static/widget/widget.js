/* Helpdesk site widget: draws the launcher in a closed shadow root and opens the chat, an iframe of the desk, on intent. */
(() => {
  "use strict";
  const script = document.currentScript;
  const before = window.Helpdesk;
  if (!script || (before && before.isLoaded)) return;

  const desk = new URL(script.src).origin;
  const languages = {
    en: "Open chat|Close chat|unread",
    de: "Chat öffnen|Chat schließen|ungelesen",
    fr: "Ouvrir le chat|Fermer le chat|non lus",
    es: "Abrir el chat|Cerrar el chat|sin leer",
  };
  const icons = {
    chat: "M4 5.5A2.5 2.5 0 0 1 6.5 3h11A2.5 2.5 0 0 1 20 5.5v8a2.5 2.5 0 0 1-2.5 2.5H10l-4.2 3.6A.5.5 0 0 1 5 19.2V16.4A2.5 2.5 0 0 1 4 13.5z",
    down: "m6 9 6 6 6-6",
  };
  const css = `
:host{all:initial;color-scheme:light dark}
:host([data-theme=dark]){color-scheme:dark}:host([data-theme=light]){color-scheme:light}
*{box-sizing:border-box}
.launcher,.panel{position:fixed;z-index:var(--z);inset-inline-end:var(--x);font:600 15px/1.2 system-ui,sans-serif}
.start .launcher,.start .panel{inset-inline:var(--x) auto}
.launcher{inset-block-end:var(--y);min-inline-size:56px;block-size:56px;border:1px solid transparent;border-radius:28px;padding:0 15px;
display:flex;align-items:center;justify-content:center;gap:10px;cursor:pointer;color:var(--ink);background:var(--accent);
box-shadow:0 1px 2px #0003,0 8px 24px #0003;transition:transform .12s}
.launcher:hover{transform:translateY(-1px)}
.launcher:focus-visible{outline:2px solid var(--accent);outline-offset:3px}
.launcher svg{inline-size:24px;block-size:24px;flex:none;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
.badge{position:absolute;inset-block-start:-4px;inset-inline-end:-4px;min-inline-size:22px;block-size:22px;padding:0 6px;border-radius:11px;
background:#c8102e;color:#fff;font-size:12px;line-height:22px;text-align:center;font-variant-numeric:tabular-nums}
.panel{inset-block-end:calc(var(--y) + 72px);inline-size:380px;block-size:640px;max-block-size:calc(100dvh - var(--y) - 88px);
max-inline-size:calc(100vw - 24px);border-radius:16px;overflow:hidden;background:light-dark(#fff,#17181d);
box-shadow:0 0 0 1px light-dark(#0000001a,#ffffff24),0 12px 48px #0004}
.panel iframe{display:block;inline-size:100%;block-size:100%;border:0;color-scheme:inherit}
.said{position:absolute;inline-size:1px;block-size:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
[hidden]{display:none!important}
@media (max-width:480px){.panel,.start .panel{inset:0;inline-size:100%;max-inline-size:none;block-size:100dvh;max-block-size:none;border-radius:0}
.open .launcher{display:none}}
@media (prefers-reduced-motion:reduce){.launcher{transition:none}}
@media print{.launcher,.panel{display:none}}`;

  let options = {};
  let parts = null;
  let isOpen = false;
  let isReady = false;
  let unread = 0;
  let waiting = [];
  let told = 0;
  const listeners = new Map();
  const narrow = matchMedia("(max-width:480px)");

  const remember = (key, value) => {
    try {
      if (value === undefined) return localStorage.getItem(key);
      return value === null ? localStorage.removeItem(key) : localStorage.setItem(key, value);
    } catch {
      return null;
    }
  };
  // What the site says, else its page, else the browser; the desk's page decides for itself in the same way.
  const wish = () => options.locale || document.documentElement.lang || "";
  const words = () => {
    const wishes = [wish(), ...navigator.languages, "en"];
    return wishes.map((one) => languages[one.slice(0, 2).toLowerCase()]).find(Boolean).split("|");
  };
  const flag = () => `helpdesk:${options.inbox}`;
  const emit = (name, detail) => (listeners.get(name) || []).forEach((listener) => listener(detail));

  function element(tag, attributes, ...children) {
    const made = document.createElementNS(/^(svg|path)$/.test(tag) ? "http://www.w3.org/2000/svg" : "http://www.w3.org/1999/xhtml", tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }

  function luminance(hex) {
    const parted = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255);
    const [r, g, b] = parted.map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }

  function dress() {
    if (!parts) return;
    const accent = /^#[0-9a-f]{6}$/i.test(options.accent || "") ? options.accent : "#3f51d6";
    const pixels = (value, fallback) => `${Math.max(0, Number(value ?? fallback) || 0)}px`;
    const { style } = parts.host;
    style.setProperty("--accent", accent);
    style.setProperty("--ink", luminance(accent) > 0.18 ? "#111" : "#fff");
    style.setProperty("--x", pixels(options.offset?.x, 20));
    style.setProperty("--y", pixels(options.offset?.y, 20));
    style.setProperty("--z", String(Number(options.zIndex) || 2e9));
    parts.host.dataset.theme = options.theme || "auto";
    parts.box.className = `${options.position === "start" ? "start" : ""} ${isOpen ? "open" : ""}`;
    parts.label.textContent = options.launcherText || "";
    parts.label.hidden = isOpen || !options.launcherText;
    parts.launcher.hidden = !!options.hideLauncher;
    parts.launcher.setAttribute("aria-expanded", String(isOpen));
    const [opens, closes, news] = words();
    const name = isOpen ? closes : opens;
    parts.launcher.setAttribute("aria-label", unread && !isOpen ? `${name}, ${unread} ${news}` : name);
    parts.path.setAttribute("d", isOpen ? icons.down : icons.chat);
    parts.badge.hidden = isOpen || !unread;
    parts.badge.textContent = unread > 9 ? "9+" : String(unread);
    if (parts.panel) {
      parts.panel.hidden = !isOpen;
      parts.panel.setAttribute("aria-modal", String(narrow.matches));
    }
  }

  function draw() {
    if (parts) return;
    const host = element("helpdesk-widget", {});
    const root = host.attachShadow({ mode: "closed" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
    const path = element("path", {});
    const label = element("span", {});
    const badge = element("span", { class: "badge", "aria-hidden": "true" });
    const launcher = element("button", { class: "launcher", type: "button", "aria-haspopup": "dialog" });
    launcher.append(element("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, path), label, badge);
    launcher.addEventListener("click", () => (isOpen ? close() : open()));
    launcher.addEventListener("pointerenter", frame, { once: true });
    launcher.addEventListener("focus", frame, { once: true });
    const said = element("div", { class: "said", role: "status" });
    const box = element("div", {}, launcher, said);
    root.append(box);
    parts = { host, box, launcher, label, badge, path, said, panel: null, frame: null };
    // A child of <html> survives pages that swap their body.
    document.documentElement.append(host);
    dress();
  }

  const source = () => `${desk}/chat/${encodeURIComponent(options.inbox)}/?lang=${encodeURIComponent(wish())}`;

  function frame() {
    if (!parts || parts.frame) return;
    parts.frame = element("iframe", { src: source(), title: "Chat", allow: "clipboard-write" });
    parts.panel = element("div", { class: "panel", role: "dialog", "aria-label": "Chat" }, parts.frame);
    parts.panel.hidden = true;
    parts.frame.addEventListener("load", () => {
      isReady = false;
      // What waits is kept until somebody is ready: a page in another language than wished gives way at once.
      told = waiting.length;
      look({ type: "hello", page: location.href.split(/[?#]/)[0], user: options.user, isOpen, waiting });
    });
    parts.box.prepend(parts.panel);
    dress();
  }

  const post = (message) => parts?.frame?.contentWindow?.postMessage({ helpdesk: 1, ...message }, desk);
  const look = (more) => post({ type: "look", accent: options.accent, theme: options.theme, locale: wish(), ...more });
  const tell = (message) => (isReady ? post(message) : waiting.push(message));

  // A frame whose page is still on its way loses the keys again when that comes.
  const focus = () => isOpen && isReady && parts.frame.focus();

  function open() {
    draw();
    frame();
    isOpen = true;
    dress();
    focus();
    tell({ type: "open" });
    emit("open");
  }

  function close() {
    if (!isOpen) return;
    isOpen = false;
    dress();
    tell({ type: "close" });
    parts.launcher.focus();
    emit("close");
  }

  function onUnread(count, text) {
    if (count > unread && !isOpen && parts) parts.said.textContent = `${count} ${words()[2]}: ${text}`;
    unread = count;
    dress();
    emit("unread", count);
  }

  addEventListener("message", (event) => {
    const message = event.data;
    if (!parts?.frame || event.source !== parts.frame.contentWindow || event.origin !== desk) return;
    if (message?.helpdesk !== 1) return;
    if (message.type === "ready") {
      isReady = true;
      waiting.splice(0).slice(told).forEach(post);
      look();
      focus();
      emit("ready");
    } else if (message.type === "close") close();
    else if (message.type === "unread") onUnread(Number(message.count) || 0, String(message.text || ""));
    else if (message.type === "event") {
      if (message.name === "conversation:started") remember(flag(), "1");
      emit(String(message.name), message.detail);
    }
  });
  addEventListener("keydown", (event) => event.key === "Escape" && isOpen && !event.defaultPrevented && close());
  narrow.addEventListener("change", dress);
  document.addEventListener("click", (event) => {
    const wanted = options.customLauncherSelector;
    if (wanted && event.target.closest?.(wanted)) commands.toggle();
  });

  const commands = {
    boot(given) {
      options = { ...options, ...given };
      if (!options.inbox) return;
      draw();
      // Who has talked to us before hears of answers without opening the chat.
      if (remember(flag())) (window.requestIdleCallback || setTimeout)(frame);
      if (options.user) commands.identify(options.user);
    },
    update(given) {
      options = { ...options, ...given };
      dress();
      if (isReady) look();
    },
    shutdown() {
      parts?.host.remove();
      parts = null;
      isOpen = isReady = false;
      unread = 0;
      waiting = [];
    },
    open, close,
    show: open,
    hide: close,
    toggle: () => (isOpen ? close() : open()),
    showNewMessage(text) {
      open();
      tell({ type: "prefill", text: String(text || "") });
    },
    identify(user) {
      draw();
      options.user = JSON.parse(JSON.stringify(user || {}));
      tell({ type: "identify", user: options.user });
      frame();
    },
    reset() {
      remember(flag(), null);
      delete options.user;
      tell({ type: "logout" });
    },
    setLocale: (locale) => commands.update({ locale }),
    setColorScheme: (theme) => commands.update({ theme }),
    setLauncherVisible: (isVisible) => commands.update({ hideLauncher: !isVisible }),
    on: (name, listener) => listeners.set(name, [...(listeners.get(name) || []), listener]),
    off: (name, listener) => listeners.set(name, (listeners.get(name) || []).filter((known) => known !== listener)),
  };
  commands.setUser = commands.identify;
  commands.logout = commands.reset;

  window.Helpdesk = (name, ...given) => {
    if (!Object.hasOwn(commands, name)) return console.warn(`Helpdesk: there is no command "${name}".`);
    return commands[name](...given);
  };
  window.Helpdesk.isLoaded = true;
  for (const call of (before && before.q) || []) window.Helpdesk(...call);
  const { lang, ...given } = script.dataset;
  if (given.inbox) commands.boot({ locale: lang, ...given });
})();
