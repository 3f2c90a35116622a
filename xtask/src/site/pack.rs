//! What the page's parts share comes in hundreds of chunks, one for each set of parts that needs the same.
//! A visit would fetch two hundred small files; so chunks that are needed together are packed into one file,
//! from which the loader takes slices.

use std::path::Path;
use std::{fs, io};

use anyhow::{Context, Result, ensure};

/// A part fetches at most so many bytes of chunks that it does not need.
const MOST_IDLE: usize = 60_000;

/// How a chunk's load ends in the loader: it needs no other.
const END: &str = ", []);";
/// What comes in place of its beginning, and for all of them at the end of the loader.
const CHUNK: &str = "makeLoad(() => chunk(";
const CHUNKS: &str = "
const packs = {};
function chunk(pack, place) {
    const bytes = slice(pack, place);
    bytes.catch(() => {});
    return async (imports) => WebAssembly.instantiate(await bytes, imports);
}
async function slice(pack, place) {
    const bytes = (packs[pack] ??= whole(fetch(new URL(pack, import.meta.url), { signal: AbortSignal.timeout(60000) })));
    try {
        const all = await bytes;
        const [from, to] = new Uint32Array(all, 4 * place, 2);
        return new Uint8Array(all, from, to - from);
    } catch (error) {
        delete packs[pack];
        throw error;
    }
}
";

/// A chunk, and which parts need it, a bit for each.
#[derive(Clone, Debug, PartialEq)]
struct Chunk {
    /// Its name in the loader.
    name: String,
    file: String,
    bytes: usize,
    parts: u64,
}

/// Packs the chunks that lie in `folder` as `name` with a number, and gives the loader that knows it.
pub(super) fn pack(loader: &str, folder: &Path, name: &str) -> Result<String> {
    let chunks = chunks(loader, |file| {
        let size = fs::metadata(folder.join(file)).with_context(|| format!("no {file}"))?;
        Ok(size.len() as usize)
    })?;
    let mut loads: Vec<String> = split(loader).map(str::to_owned).collect();
    for (number, group) in groups(&chunks).into_iter().enumerate() {
        let packed = format!("{name}_chunks_{number}.wasm");
        let files: Vec<Vec<u8>> = group
            .iter()
            .map(|chunk| fs::read(folder.join(&chunk.file)))
            .collect::<io::Result<_>>()?;
        for (place, chunk) in group.iter().enumerate() {
            let load = loads
                .iter_mut()
                .find(|load| load.starts_with(&format!("{} =", chunk.name)));
            let load = load.with_context(|| format!("the loader has no {}", chunk.name))?;
            let (begin, rest) = load.split_once(END).context("a load without an end")?;
            ensure!(
                begin.contains("makeLoad(() =>") && begin.contains("WebAssembly.instantiate"),
                "another loader: {load}"
            );
            let name = &chunk.name;
            *load = format!("{name} = {CHUNK}\"./{packed}\", {place}){END}{rest}");
            fs::remove_file(folder.join(&chunk.file))?;
        }
        let all = packed_together(&files);
        fs::write(folder.join(packed), all)?;
    }
    Ok(loads.join(BEGIN) + CHUNKS)
}

/// Where each file begins, and where the last ends, four bytes each; then the files.
fn packed_together(files: &[Vec<u8>]) -> Vec<u8> {
    let mut at = 4 * (files.len() + 1);
    let mut all = (at as u32).to_le_bytes().to_vec();
    for file in files {
        at += file.len();
        all.extend((at as u32).to_le_bytes());
    }
    all.extend(files.iter().flatten());
    all
}

const BEGIN: &str = "const __";

/// The loader, cut before each load.
fn split(loader: &str) -> impl Iterator<Item = &str> {
    loader.split(BEGIN)
}

/// All chunks. Its loader has a line for each file and the chunks it needs:
/// `const __chunk_5 = makeLoad(() => { … "./app-01_chunk_5.wasm" … }`, `, [__chunk_4]);`.
fn chunks(loader: &str, size: impl Fn(&str) -> Result<usize>) -> Result<Vec<Chunk>> {
    let (mut chunks, mut parts) = (Vec::<Chunk>::new(), Vec::new());
    for load in split(loader).skip(1) {
        let read = || {
            let (name, rest) = load.split_once(" =")?;
            let (file, rest) = rest.split_once("\"./")?.1.split_once('"')?;
            let (needs, _) = rest.split_once(", [")?.1.split_once(']')?;
            Some((name, file, needs))
        };
        let (name, file, needs) =
            read().with_context(|| format!("cannot read the parts' loader: {load}"))?;
        if name.starts_with("chunk_") {
            ensure!(needs.is_empty(), "a chunk that needs others: {load}");
            chunks.push(Chunk {
                name: name.to_owned(),
                file: file.to_owned(),
                bytes: size(file)?,
                parts: 0,
            });
        } else {
            parts.push(needs);
        }
    }
    ensure!(parts.len() <= 64, "too many parts for a set of bits");
    for (bit, needs) in parts.iter().enumerate() {
        for needed in needs.split(',').map(str::trim).filter(|n| !n.is_empty()) {
            let chunk = chunks
                .iter_mut()
                .find(|chunk| needed.strip_prefix("__") == Some(&chunk.name));
            chunk.with_context(|| format!("no {needed}"))?.parts |= 1 << bit;
        }
    }
    Ok(chunks)
}

/// Which chunks come together: again and again the two groups that cost the least, for as long as no part
/// fetches more than [`MOST_IDLE`] in vain.
fn groups(chunks: &[Chunk]) -> Vec<Vec<&Chunk>> {
    let mut groups: Vec<(u64, usize, Vec<&Chunk>)> = chunks
        .iter()
        .map(|chunk| (chunk.parts, chunk.bytes, vec![chunk]))
        .collect();
    let mut idle = [0usize; 64];
    loop {
        let mut best: Option<(usize, usize, usize)> = None;
        for (i, (a, a_bytes, _)) in groups.iter().enumerate() {
            for (j, (b, b_bytes, _)) in groups.iter().enumerate().skip(i + 1) {
                let vain = |part: usize| {
                    let has = |set: u64| set >> part & 1 == 1;
                    match (has(*a), has(*b)) {
                        (true, false) => *b_bytes,
                        (false, true) => *a_bytes,
                        _ => 0,
                    }
                };
                let fits = (0..64).all(|part| idle[part] + vain(part) <= MOST_IDLE);
                let cost: usize = (0..64).map(vain).sum();
                if fits && best.is_none_or(|(least, ..)| cost < least) {
                    best = Some((cost, i, j));
                }
            }
        }
        let Some((_, i, j)) = best else {
            // In the loader's order: its numbers then go up one by one, and pack well.
            let place = |one: &&Chunk| chunks.iter().position(|chunk| std::ptr::eq(chunk, *one));
            groups
                .iter_mut()
                .for_each(|(.., all)| all.sort_by_key(place));
            return groups.into_iter().map(|(.., all)| all).collect();
        };
        let (parts, bytes, chunks) = groups.swap_remove(j);
        let (own, own_bytes, all) = &mut groups[i];
        for (part, idle) in idle.iter_mut().enumerate() {
            match (*own >> part & 1 == 1, parts >> part & 1 == 1) {
                (true, false) => *idle += bytes,
                (false, true) => *idle += *own_bytes,
                _ => {}
            }
        }
        *own |= parts;
        *own_bytes += bytes;
        all.extend(chunks);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(name: &str, file: &str, needs: &str) -> String {
        format!(
            "const __{name} = makeLoad(() => {{ const src = fetch(\"./{file}\"); \
             return async (imports) => WebAssembly.instantiate(await src, imports); }}\n, [{needs}]);\n"
        )
    }

    fn loader() -> String {
        [
            "const shared = 1;\n".to_owned(),
            load("chunk_0", "a_chunk_0.wasm", ""),
            load("chunk_1", "a_chunk_1.wasm", ""),
            load("chunk_2", "a_chunk_2.wasm", ""),
            "export ".to_owned() + &load("wasm_split_load_x", "x.wasm", "__chunk_0, __chunk_1"),
            "export ".to_owned() + &load("wasm_split_load_y", "y.wasm", "__chunk_1, __chunk_2"),
        ]
        .concat()
    }

    #[test]
    fn chunks_know_who_needs_them() {
        let found = chunks(&loader(), |file| Ok(file.len())).unwrap();
        let parts: Vec<u64> = found.iter().map(|chunk| chunk.parts).collect();
        assert_eq!(parts, [1, 3, 2]);
        let lost = loader().replace("__chunk_2]", "__chunk_9]");
        assert!(chunks(&lost, |_| Ok(1)).is_err());
    }

    #[test]
    fn small_ones_come_together_and_large_ones_with_their_like() {
        let chunk = |parts, bytes| Chunk {
            name: String::new(),
            file: String::new(),
            bytes,
            parts,
        };
        let sizes = |all: &[Chunk]| {
            let mut sizes: Vec<usize> = groups(all).iter().map(Vec::len).collect();
            sizes.sort_unstable();
            sizes
        };
        assert_eq!(sizes(&[chunk(1, 100), chunk(3, 100), chunk(2, 100)]), [3]);
        let large = MOST_IDLE + 1;
        let all = [chunk(1, large), chunk(2, large), chunk(1, 100)];
        assert_eq!(sizes(&all), [1, 2]);
    }

    #[test]
    fn a_pack_holds_its_chunks_one_after_the_other() {
        let folder = std::env::temp_dir().join(format!("genscope-pack-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        for (number, bytes) in [(0, "zero"), (1, "one"), (2, "two")] {
            fs::write(folder.join(format!("a_chunk_{number}.wasm")), bytes).unwrap();
        }
        let packed = pack(&loader(), &folder, "a").unwrap();
        let bytes = fs::read(folder.join("a_chunks_0.wasm")).unwrap();
        assert_eq!(
            bytes[..16],
            [16, 0, 0, 0, 20, 0, 0, 0, 23, 0, 0, 0, 26, 0, 0, 0]
        );
        assert_eq!(&bytes[16..], b"zeroonetwo");
        assert!(
            packed.contains("__chunk_1 = makeLoad(() => chunk(\"./a_chunks_0.wasm\", 1), []);")
        );
        assert!(packed.contains("./x.wasm") && !packed.contains("./a_chunk_1.wasm"));
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        fs::remove_dir_all(&folder).unwrap();
    }
}
