// The visitor's choice of colours, before the first paint: the page itself starts later. A file,
// because the page's policy allows no inline script. Kept by the header's button, as JSON.
"use strict";

try {
  const theme = JSON.parse(localStorage.getItem("genscope.theme"));
  if (["light", "dark"].includes(theme)) document.documentElement.dataset.theme = theme;
} catch {
  // No storage, or not ours: the system's colours.
}
