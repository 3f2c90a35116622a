//! What the page's parts share comes in hundreds of chunks, one for each set of parts that needs the same.
//! A visit would fetch and compile two hundred small files; so chunks that are needed together are made one.

use std::path::Path;
use std::{fs, io};

use anyhow::{Context, Result, ensure};

use super::merge;

/// A part fetches at most so many bytes of chunks that it does not need.
const MOST_IDLE: usize = 60_000;

/// What comes before a file's load in the loader, and before that for a chunk's and a part's.
const BEGIN: &str = "const __";
const REMARK: &str = "/* ";
const EXPORT: &str = "export ";

/// What the loader says of a file: `const __chunk_5 = makeLoad(() => { … "./chunk_5.wasm" … }`,
/// `, [__chunk_4]);`.
struct Load<'a> {
    name: &'a str,
    file: &'a str,
    needs: &'a str,
    /// From its name to its end.
    text: &'a str,
}

/// A chunk, and which parts need it, a bit for each.
#[derive(Clone, Debug, PartialEq)]
struct Chunk {
    /// Its name in the loader.
    name: String,
    file: String,
    bytes: usize,
    parts: u64,
}

/// Makes few files of the chunks that lie in `folder`, and gives the loader that knows them, with the names
/// of all files that it loads then.
pub(super) fn pack(loader: &str, folder: &Path) -> Result<(String, Vec<String>)> {
    let (head, loads) = loads(loader)?;
    let chunks = chunks(&loads, |file| {
        merge::size(&fs::read(folder.join(file)).with_context(|| format!("no {file}"))?)
    })?;
    let (of_chunks, of_parts): (Vec<_>, Vec<_>) = loads.iter().partition(|load| load.is_chunk());
    let Some(like) = of_chunks.first() else {
        return Ok((loader.to_owned(), Vec::new()));
    };
    let groups = groups(&chunks);
    let (mut text, mut files) = (head.to_owned(), Vec::new());
    for (number, group) in groups.iter().enumerate() {
        let of_chunk = |chunk: &&Chunk| fs::read(folder.join(&chunk.file));
        let all: Vec<_> = group.iter().map(of_chunk).collect::<io::Result<_>>()?;
        let (name, file) = (format!("chunks_{number}"), format!("chunks_{number}.wasm"));
        fs::write(folder.join(&file), merge::merge(&all)?)?;
        let load = like.text.replacen(like.name, &name, 1);
        text += &format!("{BEGIN}{}\n", load.replace(like.file, &file));
        files.push(file);
    }
    for (part, load) in of_parts.iter().enumerate() {
        let needed = |group: &Vec<&Chunk>| group.iter().any(|chunk| chunk.parts >> part & 1 == 1);
        let needs = (0..groups.len()).filter(|number| needed(&groups[*number]));
        let needs: Vec<_> = needs.map(|number| format!("__chunks_{number}")).collect();
        let (old, new) = (
            format!(", [{}]", load.needs),
            format!(", [{}]", needs.join(",")),
        );
        text += &format!("{EXPORT}{BEGIN}{}\n", load.text.replace(&old, &new));
        files.push(load.file.to_owned());
    }
    Ok((text, files))
}

/// What comes before the loads, and the loads.
fn loads(loader: &str) -> Result<(&str, Vec<Load<'_>>)> {
    let mut pieces = loader.split(BEGIN);
    let head = pieces.next().unwrap_or_default().trim_end_matches(EXPORT);
    let head = head.rsplit_once(REMARK).map_or(head, |(head, _)| head);
    let read =
        |text| Load::read(text).with_context(|| format!("cannot read the parts' loader: {text}"));
    Ok((head, pieces.map(read).collect::<Result<_>>()?))
}

impl<'a> Load<'a> {
    /// From what begins with it.
    fn read(text: &'a str) -> Option<Self> {
        let (name, rest) = text.split_once(" =")?;
        let (file, rest) = rest.split_once("\"./")?.1.split_once('"')?;
        let (needs, rest) = rest.split_once(", [")?.1.split_once(']')?;
        let length = text.len() - rest.len() + rest.find(';')? + 1;
        Some(Self {
            name,
            file,
            needs,
            text: &text[..length],
        })
    }

    fn is_chunk(&self) -> bool {
        self.name.starts_with("chunk_")
    }
}

/// All chunks, with the parts in the loader's order.
fn chunks(loads: &[Load], size: impl Fn(&str) -> Result<usize>) -> Result<Vec<Chunk>> {
    let (mut chunks, mut parts) = (Vec::<Chunk>::new(), Vec::new());
    for load in loads {
        if load.is_chunk() {
            ensure!(
                load.needs.is_empty(),
                "a chunk that needs others: {}",
                load.text
            );
            chunks.push(Chunk {
                name: load.name.to_owned(),
                file: load.file.to_owned(),
                bytes: size(load.file)?,
                parts: 0,
            });
        } else {
            parts.push(load.needs);
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
            "/* of x */\nconst __{name} = makeLoad(() => {{ const src = fetch(\"./{file}\"); \
             return async (imports) => WebAssembly.instantiate(await src, imports); }}\n, [{needs}]);\n"
        )
    }

    fn loader() -> String {
        [
            "const shared = 1;\n".to_owned(),
            load("chunk_0", "a_chunk_0.wasm", ""),
            load("chunk_1", "a_chunk_1.wasm", ""),
            load("chunk_2", "a_chunk_2.wasm", ""),
            load("wasm_split_load_x", "x.wasm", "__chunk_0, __chunk_1"),
            load("wasm_split_load_y", "y.wasm", "__chunk_1, __chunk_2"),
        ]
        .concat()
        .replace("/* of x */\nconst __wasm", "export const __wasm")
    }

    #[test]
    fn chunks_know_who_needs_them() {
        let of = |loader: &str| chunks(&loads(loader)?.1, |file| Ok(file.len()));
        let found = of(&loader()).unwrap();
        let parts: Vec<u64> = found.iter().map(|chunk| chunk.parts).collect();
        assert_eq!(parts, [1, 3, 2]);
        assert!(of(&loader().replace("__chunk_2]", "__chunk_9]")).is_err());
        assert!(of("const __x = other();").is_err());
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
    fn chunks_become_one_file_and_the_parts_load_it() {
        let folder = std::env::temp_dir().join(format!("genscope-pack-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let empty = wasm_encoder::Module::new().finish();
        for number in 0..3 {
            fs::write(folder.join(format!("a_chunk_{number}.wasm")), &empty).unwrap();
        }
        let (packed, files) = pack(&loader(), &folder).unwrap();
        assert_eq!(files, ["chunks_0.wasm", "x.wasm", "y.wasm"]);
        let (head, loads) = loads(&packed).unwrap();
        assert_eq!(head, "const shared = 1;\n");
        let needs: Vec<_> = loads.iter().map(|load| (load.name, load.needs)).collect();
        assert_eq!(
            needs,
            [
                ("chunks_0", ""),
                ("wasm_split_load_x", "__chunks_0"),
                ("wasm_split_load_y", "__chunks_0")
            ]
        );
        assert_eq!(packed.matches("export const __wasm_split_load_").count(), 2);
        assert!(!packed.contains("chunk_0.wasm") && fs::read(folder.join("chunks_0.wasm")).is_ok());
        fs::remove_dir_all(&folder).unwrap();
    }
}
