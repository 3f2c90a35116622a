// Starts an engine in a worker: new Worker("worker.js?engine=engine_cpu&v=BUILD").
//
// The engine's own files lie beside this one; `v` keeps a browser's cache from mixing builds.
// While it comes, the page is told how much of it is here, { received, total } in bytes; total is 0
// where the host does not say. If a file does not come, the page is told { missing: file, reason }, and
// if the engine cannot start for another cause, { fatal: reason }. All other messages are the engine's
// own, as bytes.
"use strict";

const parameters = new URL(self.location.href).searchParams;
const engine = parameters.get("engine");
const version = encodeURIComponent(parameters.get("v") ?? "");

// What arrives before the engine listens is kept for it.
const early = [];
self.onmessage = (message) => early.push(message.data);

class Missing extends Error {
  constructor(file, reason) {
    super(String(reason?.message ?? reason));
    this.file = file;
  }
}

async function start() {
  if (!["engine_cpu", "engine_gpu", "engine_train"].includes(engine)) {
    throw new Error(`no engine is called ${engine}`);
  }
  const wasm = fetch(new URL(`${engine}_bg.wasm?v=${version}`, self.location.href));
  wasm.catch(() => {});
  try {
    importScripts(`${engine}.js?v=${version}`);
  } catch (error) {
    throw new Missing(`${engine}.js`, error);
  }
  const response = await wasm.catch((error) => { throw new Missing(`${engine}_bg.wasm`, error); });
  // Some hosts answer with a page where a file is not there.
  const isPage = response.headers.get("Content-Type")?.startsWith("text/html");
  if (!response.ok || isPage) {
    throw new Missing(`${engine}_bg.wasm`, isPage ? "a page came instead" : `HTTP ${response.status}`);
  }
  tellProgress(response.clone());
  await wasm_bindgen({ module_or_path: response });
  for (const data of early) {
    self.dispatchEvent(new MessageEvent("message", { data }));
  }
}

// Reads a copy of the answer, so that the browser compiles, and keeps, the answer as it is.
async function tellProgress(response) {
  const coded = response.headers.has("Content-Encoding");
  const total = coded ? 0 : Number(response.headers.get("Content-Length"));
  let received = 0;
  const reader = response.body.getReader();
  // What breaks off is an error where the answer itself is read.
  const next = () => reader.read().catch(() => ({ done: true }));
  for (let part = await next(); !part.done; part = await next()) {
    received += part.value.length;
    self.postMessage({ received, total });
  }
}

start().catch((error) => {
  const reason = String(error?.message ?? error);
  self.postMessage(error instanceof Missing ? { missing: error.file, reason } : { fatal: reason });
});
