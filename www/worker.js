// Starts an engine in a worker: new Worker("worker.js?engine=engine_cpu&v=BUILD").
//
// The engine's own files lie beside this one; `v` keeps a browser's cache from mixing builds.
// If the engine cannot start, the page is told with a plain object, { fatal: "reason" }; all
// other messages are the engine's own, as bytes.
"use strict";

const parameters = new URL(self.location.href).searchParams;
const engine = parameters.get("engine");
const version = encodeURIComponent(parameters.get("v") ?? "");

// What arrives before the engine listens is kept for it.
const early = [];
self.onmessage = (message) => early.push(message.data);

async function start() {
  if (!["engine_cpu", "engine_gpu", "engine_train"].includes(engine)) {
    throw new Error(`no engine is called ${engine}`);
  }
  importScripts(`${engine}.js?v=${version}`);
  await wasm_bindgen({ module_or_path: new URL(`${engine}_bg.wasm?v=${version}`, self.location.href) });
  for (const data of early) {
    self.dispatchEvent(new MessageEvent("message", { data }));
  }
}

start().catch((error) => self.postMessage({ fatal: String(error?.message ?? error) }));
