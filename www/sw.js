// The site without a network, after the first visit: sw.js?v=RELEASE keeps its files in a cache
// of its own for each release.
//
// What has a version in its address never changes and comes from the cache; everything else comes
// from the network, and from the cache only without one. What a first visit fetched before this worker
// ran is fetched again (the browser has most of it). Whatever is small enough is kept in idle time;
// the rest, which is the GPU engine, once it was fetched.
"use strict";

const SITE = new URL("./", self.location.href).href;
const CACHE = `genscope ${SITE} ${new URL(self.location.href).searchParams.get("v")}`;
const FIRST_MODEL = "diffusion-mnist";
// Larger files are kept on first use only, bytes.
const SMALL = 4_000_000;

// engine_cpu.js?v=…, app-0123456789abcdef_bg.wasm
const VERSIONED = /[?&]v=|-[0-9a-f]{8,}[._]/;

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(keepFirst());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOld().then(() => self.clients.claim()));
});

self.addEventListener("message", (event) => {
  if (event.data !== "keep the rest") return;
  // Without a network there is a next time.
  event.waitUntil(keepRest().then(() => event.source.postMessage({ kept: "all" }), () => {}));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(SITE)) return;
  const fresh = ["reload", "no-store"].includes(request.cache);
  event.respondWith(VERSIONED.test(request.url) && !fresh ? cacheFirst(event) : networkFirst(event));
});

async function cacheFirst(event) {
  const cache = await caches.open(CACHE);
  return (await cache.match(event.request)) ?? fromNetwork(event, cache);
}

async function networkFirst(event) {
  const cache = await caches.open(CACHE);
  try {
    return await fromNetwork(event, cache);
  } catch (error) {
    const place = event.request.mode === "navigate" ? SITE : event.request;
    const kept = await cache.match(place);
    if (kept) return kept;
    throw error;
  }
}

async function fromNetwork(event, cache) {
  const response = await fetch(event.request);
  if (response.status === 200) {
    // A copy that breaks off is not kept; the page hears of it by itself.
    event.waitUntil(cache.put(event.request, response.clone()).catch(() => {}));
  }
  return response;
}

// All that the first picture needs, and the chapters.
async function keepFirst() {
  const cache = await caches.open(CACHE);
  const read = async (path) => {
    const response = await fetch(path, { cache: "no-cache" });
    await cache.put(new URL(path, SITE).href, response.clone());
    return response;
  };
  const page = await (await read("./")).text();
  const linked = [...page.matchAll(/(?:href|src)="([^"#:]+)"/g)].map(([, path]) => path);
  const { engines } = await (await read("build.json")).json();
  const { models } = await (await read("weights/manifest.json")).json();
  // The page's parts, each named in their loader.
  const loader = linked.find((path) => path.endsWith("_parts.js"));
  const parts = [...(await (await fetch(loader)).text()).matchAll(/"(\.\/[^"]+\.wasm)"/g)];
  await cache.addAll([
    ...new Set([...linked, ...parts.map(([, path]) => path)].map((path) => new URL(path, SITE).href)),
    ...engineFiles("engine_cpu", engines.engine_cpu),
    weightsFile(models.find(({ id }) => id === FIRST_MODEL)),
    "samples/mnist-test.png",
    "samples/mnist-test.json",
  ]);
}

// Everything else that is small enough, one file after the other.
async function keepRest() {
  const cache = await caches.open(CACHE);
  const known = async (path) => (await cache.match(new URL(path, SITE).href)).json();
  const { engines, files } = await known("build.json");
  const { models } = await known("weights/manifest.json");
  const small = (path) => files[path] <= SMALL;
  const rest = [
    ...Object.keys(engines)
      .filter((engine) => small(`${engine}_bg.wasm`))
      .flatMap((engine) => engineFiles(engine, engines[engine])),
    ...models.filter(({ bytes }) => bytes <= SMALL).map(weightsFile),
    ...Object.keys(files).filter((path) => /^(samples|quality)\//.test(path) && small(path)),
  ];
  for (const path of rest) {
    const address = new URL(path, SITE).href;
    if (!(await cache.match(address))) await cache.add(new Request(address, { priority: "low" }));
  }
}

function engineFiles(engine, id) {
  return [`worker.js?engine=${engine}&v=${id}`, `${engine}.js?v=${id}`, `${engine}_bg.wasm?v=${id}`];
}

function weightsFile({ file, sha256 }) {
  return `weights/${file}?v=${sha256.slice(0, 16)}`;
}

async function forgetOld() {
  const ours = (await caches.keys()).filter((name) => name.startsWith(`genscope ${SITE} `));
  await Promise.all(ours.filter((name) => name !== CACHE).map((name) => caches.delete(name)));
}
