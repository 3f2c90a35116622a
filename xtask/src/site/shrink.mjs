// Shrinks wasm files, one after another, with one start of Binaryen: `wasm-opt` from npm takes a second
// to start, and the page has hundreds of parts. Arguments: those of `wasm-opt`. Input: lines of `from`, a
// tab and `to`; for each, a line comes back: `ok`, or what is wrong.

import fs from "node:fs";
import readline from "node:readline";
import binaryen from "binaryen";

// Bytes of a file that is optimised again.
const LARGE = 400_000;
const named = { simd: "SIMD128", nontrappingfloattoint: "NontrappingFPToInt" };
const all = Object.keys(binaryen.Features);
let features = binaryen.Features.BulkMemoryOpt;
for (const flag of process.argv.slice(1)) {
  const feature = flag.match(/^--enable-(.*)$/)?.[1].replaceAll("-", "");
  if (feature) {
    const name = named[feature] ?? all.find((name) => name.toLowerCase() === feature);
    if (!name) throw new Error(`no such feature: ${flag}`);
    features |= binaryen.Features[name];
  } else if (/^-O[0-4sz]$/.test(flag)) {
    const level = flag[2];
    binaryen.setOptimizeLevel("sz".includes(level) ? 2 : Number(level));
    binaryen.setShrinkLevel({ s: 1, z: 2 }[level] ?? 0);
  } else {
    throw new Error(`what is ${flag}?`);
  }
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  try {
    const [from, to] = line.split("\t");
    const module = binaryen.readBinary(fs.readFileSync(from), features);
    module.optimize();
    // The main file, which everybody waits for, gives a little more.
    if (fs.statSync(from).size > LARGE) for (const _ of [2, 3]) module.optimize();
    fs.writeFileSync(to, module.emitBinary());
    module.dispose();
    console.log("ok");
  } catch (error) {
    console.log(String(error).replaceAll("\n", " "));
  }
}
