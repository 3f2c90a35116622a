// The site without a network, after the first visit: sw.js?v=RELEASE keeps its files in a cache
// of its own for each release.
//
// What has a version in its address never changes and comes from the cache; everything else comes
// from the network, and from the cache only without one. Weights are kept once they were fetched;
// what a first visit fetched before this worker ran is fetched again (the browser has most of it).
"use strict";

const SITE = new URL("./", self.location.href).href;
const CACHE = `genscope ${SITE} ${new URL(self.location.href).searchParams.get("v")}`;
const FIRST_MODEL = "diffusion-mnist";

// engine_cpu.js?v=…, app-0123456789abcdef_bg.wasm
const VERSIONED = /[?&]v=|-[0-9a-f]{8,}[._]/;

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(keepFirst());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOld().then(() => self.clients.claim()));
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
  const { build_id } = await (await read("build.json")).json();
  const { models } = await (await read("weights/manifest.json")).json();
  const { file, sha256 } = models.find(({ id }) => id === FIRST_MODEL);
  // The page's parts, each named in their loader.
  const loader = linked.find((path) => path.endsWith("_parts.js"));
  const parts = [...(await (await fetch(loader)).text()).matchAll(/"(\.\/[^"]+\.wasm)"/g)];
  await cache.addAll([
    ...new Set([...linked, ...parts.map(([, path]) => path)].map((path) => new URL(path, SITE).href)),
    `worker.js?engine=engine_cpu&v=${build_id}`,
    `engine_cpu.js?v=${build_id}`,
    `engine_cpu_bg.wasm?v=${build_id}`,
    `weights/${file}?v=${sha256.slice(0, 16)}`,
    "samples/mnist-test.png",
    "samples/mnist-test.json",
  ]);
}

async function forgetOld() {
  const ours = (await caches.keys()).filter((name) => name.startsWith(`genscope ${SITE} `));
  await Promise.all(ours.filter((name) => name !== CACHE).map((name) => caches.delete(name)));
}
