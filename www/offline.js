// Asks for sw.js, which keeps the site for visits without a network, and says on the page's root
// element what is kept: data-offline="first" or "all", with an event `genscope-offline`. A release's
// page loads this as offline.js?v=RELEASE. Late, so that it takes nothing from the first picture.
"use strict";

const release = new URL(document.currentScript.src).searchParams.get("v");

function tell(kept) {
  document.documentElement.dataset.offline = kept;
  dispatchEvent(new Event("genscope-offline"));
}

async function keep(workers) {
  workers.addEventListener("message", ({ data }) => tell(data.kept));
  const script = new URL(`sw.js?v=${release}`, document.baseURI).href;
  let worker = (await workers.getRegistration())?.active;
  // To register what is there already would wait for the network.
  if (worker?.scriptURL !== script) {
    const registration = await workers.register(script);
    worker = registration.installing ?? registration.waiting ?? registration.active;
  }
  while (worker.state !== "activated") {
    await new Promise((done) => worker.addEventListener("statechange", done, { once: true }));
  }
  tell("first");
  // The rest, when there is nothing else to do, and unless the visitor saves data.
  if (navigator.connection?.saveData) return;
  const idle = window.requestIdleCallback ?? ((then) => setTimeout(then, 2000));
  idle(() => worker.postMessage("keep the rest"));
}

addEventListener("load", () => {
  setTimeout(() => {
    // Not there without https; refused in some private windows, and in some frames even to ask. The
    // site then needs its network.
    try {
      if (navigator.serviceWorker) keep(navigator.serviceWorker).catch(() => {});
    } catch {}
  }, 3000);
});
