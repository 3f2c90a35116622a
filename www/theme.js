// The visitor's choice of colours, before the first paint: the page itself starts later. A file,
// so that the landing page's HTML stays short. Kept by the header's button, as JSON.
"use strict";

try {
  const theme = JSON.parse(localStorage.getItem("genscope.theme"));
  if (["light", "dark"].includes(theme)) document.documentElement.dataset.theme = theme;
} catch {
  // No storage, or not ours: the system's colours.
}

// What is drawn on canvases has its colours from the moment it was drawn; this has it drawn anew.
function repaint() {
  dispatchEvent(new Event("resize"));
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);

// Paper is white.
let screen_theme;

addEventListener("beforeprint", () => {
  screen_theme ??= document.documentElement.dataset.theme ?? "auto";
  document.documentElement.dataset.theme = "light";
  repaint();
});

addEventListener("afterprint", () => {
  document.documentElement.dataset.theme = screen_theme ?? "auto";
  screen_theme = undefined;
  repaint();
});
