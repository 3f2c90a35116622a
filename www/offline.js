// Asks for sw.js, which keeps the site for visits without a network. A release's page loads this
// as offline.js?v=RELEASE. Late, so that it takes nothing from the first picture.
"use strict";

const release = new URL(document.currentScript.src).searchParams.get("v");
addEventListener("load", () => {
  setTimeout(() => {
    // Not there without https; refused in some private windows. The site then needs its network.
    navigator.serviceWorker?.register(`sw.js?v=${release}`).catch(() => {});
  }, 3000);
});
