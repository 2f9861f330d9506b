/* The shop's own button opens the widget by its public interface. */
document.querySelector("[data-ask]").addEventListener("click", () => window.Helpdesk?.("open"));
