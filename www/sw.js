// The site without a network, after the first visit: sw.js?v=RELEASE keeps its files in a cache
// of its own for each release.
//
// What has a version in its address never changes and comes from the cache; everything else comes
// from the network, and from the cache where that is not there or does not answer. What a first visit
// fetched before this worker ran is fetched again (the browser has most of it). Whatever is small
// enough is kept in idle time; the rest, which is the GPU engine, once it was fetched.
"use strict";

const SITE = new URL("./", self.location.href).href;
const CACHE = `genscope ${SITE} ${new URL(self.location.href).searchParams.get("v")}`;
const FIRST_MODEL = "diffusion-mnist";
// Larger files are kept on first use only, bytes.
const SMALL = 4_000_000;

// As our build names what never changes, within the site: engine_cpu.js?v=…,
// app-0123456789abcdef_bg.wasm. Not the name of a folder or host that the site lies in.
const VERSIONED = /^(weights\/)?[^/?]*\?(.*&)?v=|^[a-z]+-[0-9a-f]{16}[._][^/]*$/;

// A network that does not answer for so long is tried beside what is kept, ms.
const PATIENCE = 1500;
// And for so long nobody waits for it again, ms.
const MISTRUST = 20_000;
let mistrusted = -MISTRUST;

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
  const versioned = VERSIONED.test(request.url.slice(SITE.length));
  event.respondWith(versioned && !fresh ? cacheFirst(event) : networkFirst(event));
});

async function cacheFirst(event) {
  return (await kept(event.request)) ?? fromNetwork(event);
}

async function networkFirst(event) {
  const { request } = event;
  const ours = await kept(request.mode === "navigate" ? SITE : request);
  const theirs = fromNetwork(event, ours);
  if (!ours) return theirs;
  // An answer that begins and then stalls is none.
  const answered = theirs.then(whole).catch(() => ours);
  event.waitUntil(answered);
  const patience = performance.now() - mistrusted < MISTRUST ? 0 : PATIENCE;
  const silent = new Promise((done) => setTimeout(done, patience));
  const first = await Promise.race([answered, silent]);
  if (!first) mistrusted = performance.now();
  return first ?? ours;
}

async function whole(response) {
  await response.clone().arrayBuffer();
  mistrusted = -MISTRUST;
  return response;
}

// `ours` is what is kept of it already: a release's cache does not take in files of the next one.
async function fromNetwork(event, ours) {
  const response = await fetch(event.request);
  if (response.status === 200 && !ours) event.waitUntil(keep(event.request, response.clone()));
  return response;
}

// A copy that breaks off is not kept; the page hears of it by itself. Nor is one where the browser lets
// nothing be kept.
async function keep(request, response) {
  try {
    await put(await caches.open(CACHE), request, response);
  } catch {}
}

// Whatever the host's Vary header says: the files are the same for everybody.
async function kept(request) {
  try {
    return await (await caches.open(CACHE)).match(request, { ignoreVary: true });
  } catch {
    // The browser lets nothing be kept.
    return undefined;
  }
}

async function put(cache, request, response) {
  if (response.headers.get("vary")?.includes("*")) {
    // It would be refused.
    const headers = new Headers(response.headers);
    headers.delete("vary");
    response = new Response(response.body, { headers });
  }
  await cache.put(request, response);
}

async function add(cache, request) {
  const response = await fetch(request);
  if (!response.ok) throw new Error(`${response.url}: ${response.status}`);
  await put(cache, request, response);
}

// All that the first picture needs, and the chapters.
async function keepFirst() {
  const cache = await caches.open(CACHE);
  const read = async (path) => {
    const response = await fetch(path, { cache: "no-cache" });
    await put(cache, new URL(path, SITE).href, response.clone());
    return response;
  };
  const page = await (await read("./")).text();
  const linked = [...page.matchAll(/(?:href|src)="([^"#:]+)"/g)].map(([, path]) => path);
  const { engines } = await (await read("build.json")).json();
  const { models } = await (await read("weights/manifest.json")).json();
  // The page's parts, each named in their loader.
  const loader = linked.find((path) => path.endsWith("_parts.js"));
  const parts = [...(await (await fetch(loader)).text()).matchAll(/"(\.\/[^"]+\.wasm)"/g)];
  const all = [
    ...linked,
    ...parts.map(([, path]) => path),
    ...engineFiles("engine_cpu", engines.engine_cpu),
    weightsFile(models.find(({ id }) => id === FIRST_MODEL)),
    "samples/mnist-test.png",
    "samples/mnist-test.json",
  ];
  const addresses = new Set(all.map((path) => new URL(path, SITE).href));
  await Promise.all([...addresses].map((address) => add(cache, address)));
}

// Everything else that is small enough, one file after the other.
async function keepRest() {
  const cache = await caches.open(CACHE);
  const known = async (path) => (await kept(new URL(path, SITE).href)).json();
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
    if (!(await kept(address))) await add(cache, new Request(address, { priority: "low" }));
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
