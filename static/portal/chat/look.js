/** Colour and theme as the site wishes them, with writing that stays readable on any accent. */
import { settings } from "./page.js";

const HEX = /^#[0-9a-f]{6}$/i;

export function dress({ accent, theme }) {
  const { style, dataset } = document.documentElement;
  const colour = [accent, settings.accent].find((value) => HEX.test(value || ""));
  if (colour) {
    style.setProperty("--accent", colour);
    style.setProperty("--on-accent", luminance(colour) > 0.18 ? "#111" : "#fff");
  }
  if (["light", "dark"].includes(theme)) dataset.theme = theme;
  else if (theme) delete dataset.theme;
}

function luminance(hex) {
  const [r, g, b] = [1, 3, 5].map((place) => {
    const part = parseInt(hex.slice(place, place + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
