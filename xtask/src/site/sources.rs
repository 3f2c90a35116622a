//! The source files a binary is made of, found as rustc finds them: from its root and the library's
//! along the `mod` declarations, but for those that its features leave out.
//!
//! Known before anything is compiled, this is what an engine's key is made from. Afterwards
//! [`check`] holds it against what rustc says it has read, so that no key can miss a file.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

/// What every binary is made from: itself, and this.
const LIBRARY: &str = "src/lib.rs";

/// The library's build script, which only makes texts for the page.
const BUILD_SCRIPT: &str = "src/ui/content_build.rs";

/// Files, by their paths below the repository's top, with what of their text counts: comments do
/// not, nor do modules that are left out (tests, other binaries' jobs), be they declared or written
/// out there.
pub(super) type Sources = BTreeMap<PathBuf, String>;

/// The sources of a binary that is compiled for wasm with these features.
pub(super) fn sources(top: &Path, binary: &str, features: &BTreeSet<String>) -> Result<Sources> {
    let mut sources = Sources::new();
    for root in [LIBRARY.to_owned(), format!("src/bin/{binary}.rs")] {
        walk(top, Path::new(&root), true, features, &mut sources)?;
    }
    Ok(sources)
}

/// An error if rustc read a file below `top` that is not among these. `said` is what it wrote beside
/// the binary: `app.wasm: src/lib.rs src/…`.
pub(super) fn check(sources: &Sources, top: &Path, said: &str) -> Result<()> {
    let files = said.split_once(": ").map_or("", |(_, files)| files);
    let escaped = files.replace("\\ ", "\0");
    let files = escaped
        .split_whitespace()
        .map(|file| file.replace('\0', " "));
    for file in files {
        let file = Path::new(&file);
        let file = file.strip_prefix(top).unwrap_or(file);
        ensure!(
            file.is_absolute() || file == Path::new(BUILD_SCRIPT) || sources.contains_key(file),
            "the engine's key misses {}: xtask/src/site/sources.rs does not see what includes it",
            file.display()
        );
    }
    Ok(())
}

fn walk(
    top: &Path,
    file: &Path,
    is_root: bool,
    features: &BTreeSet<String>,
    sources: &mut Sources,
) -> Result<()> {
    let text = fs::read_to_string(top.join(file))
        .with_context(|| format!("could not read {}", file.display()))?;
    let (text, modules) = strip(&text, features);
    sources.insert(file.to_owned(), text);
    let beside = is_root || file.file_name().is_some_and(|name| name == "mod.rs");
    let folder = if beside {
        file.parent().unwrap_or(file).to_owned()
    } else {
        file.with_extension("")
    };
    for module in modules {
        let alone = folder.join(format!("{module}.rs"));
        let inner = folder.join(module).join("mod.rs");
        let child = if top.join(&alone).is_file() {
            alone
        } else {
            inner
        };
        walk(top, &child, false, features, sources)?;
    }
    Ok(())
}

/// What counts of a file's text, and the modules it declares. Relies on how rustfmt sets attributes,
/// declarations and closing braces: on lines of their own.
fn strip(text: &str, features: &BTreeSet<String>) -> (String, Vec<String>) {
    let mut kept = Vec::new();
    let mut modules = Vec::new();
    let mut attributes = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let code = line.trim_start();
        if code.starts_with("//") {
            continue;
        }
        if code.starts_with("#[") {
            attributes.push(line);
            continue;
        }
        let is_out = attributes.iter().any(|line| is_off(line, features));
        match module(code) {
            Some((_, is_written_out)) if is_out => {
                let end = format!("{}}}", &line[..line.len() - code.len()]);
                if is_written_out {
                    lines.by_ref().find(|line| *line == end);
                }
                attributes.clear();
                continue;
            }
            Some((name, false)) => modules.push(name.to_owned()),
            _ => {}
        }
        kept.append(&mut attributes);
        kept.push(line);
    }
    (kept.join("\n"), modules)
}

/// The name in a line `pub mod name;` or `mod name {`, and whether the module is written out there.
fn module(code: &str) -> Option<(&str, bool)> {
    let code = match code.strip_prefix("pub") {
        Some(public) => public.strip_prefix(' ').or_else(|| {
            let (_, after) = public.strip_prefix('(')?.split_once(") ")?;
            Some(after)
        })?,
        None => code,
    };
    let code = code.strip_prefix("mod ")?;
    let name = |end| code.strip_suffix(end);
    name(";")
        .map(|name| (name, false))
        .or_else(|| name(" {").map(|name| (name, true)))
}

/// Whether an attribute leaves out what follows it.
fn is_off(attribute: &str, features: &BTreeSet<String>) -> bool {
    let condition = attribute.trim().strip_prefix("#[cfg(");
    let condition = condition.and_then(|rest| rest.strip_suffix(")]"));
    condition.is_some_and(|condition| holds(condition, features) == Some(false))
}

/// Whether a condition holds in a build for wasm; `None` if that cannot be told here.
fn holds(condition: &str, features: &BTreeSet<String>) -> Option<bool> {
    let inner = |name: &str| condition.strip_prefix(name)?.strip_suffix(')');
    if let Some(list) = inner("all(") {
        all(list, |one| holds(one, features))
    } else if let Some(list) = inner("any(") {
        all(list, |one| holds(one, features).map(|held| !held)).map(|none| !none)
    } else if let Some(one) = inner("not(") {
        holds(one, features).map(|held| !held)
    } else if let Some(name) = condition.strip_prefix("feature = \"") {
        Some(features.contains(name.strip_suffix('"')?))
    } else if let Some(family) = condition.strip_prefix("target_family = ") {
        Some(family == "\"wasm\"")
    } else {
        (condition == "test").then_some(false)
    }
}

/// Whether all of a list hold: one that does not is enough to tell.
fn all(list: &str, holds: impl Fn(&str) -> Option<bool>) -> Option<bool> {
    let held: Vec<_> = conditions(list).into_iter().map(holds).collect();
    if held.contains(&Some(false)) {
        return Some(false);
    }
    held.into_iter().try_fold(true, |_, one| one)
}

/// The conditions of a list, which may be lists themselves.
fn conditions(list: &str) -> Vec<&str> {
    let mut depth = 0;
    list.split(|sign| {
        match sign {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        sign == ',' && depth == 0
    })
    .map(str::trim)
    .filter(|one| !one.is_empty())
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn features(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    /// A small crate, removed when dropped.
    struct Tree(PathBuf);

    impl Tree {
        fn new(name: &str) -> Self {
            let top = std::env::temp_dir().join(format!("xtask-{name}-{}", std::process::id()));
            let tree = Self(top);
            tree.put(
                "src/lib.rs",
                "pub mod models;\n#[cfg(feature = \"ui\")]\npub mod ui;\n",
            );
            tree.put("src/bin/gpu.rs", "fn main() {}\n");
            tree.put("src/ui.rs", "// The page.\n");
            tree.put(
                "src/models/mod.rs",
                "//! Families.\npub mod gan;\n#[cfg(feature = \"vae\")]\npub mod vae;\n",
            );
            tree.put("src/models/gan.rs", "mod loss;\n#[cfg(test)]\nmod tests;\n");
            tree.put("src/models/gan/loss.rs", "pub const MARGIN: f32 = 1.0;\n");
            tree.put("src/models/vae/mod.rs", "pub struct Vae;\n");
            tree
        }

        fn put(&self, file: &str, text: &str) {
            let path = self.0.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }

        fn of(&self, names: &[&str]) -> Sources {
            sources(&self.0, "gpu", &features(names)).unwrap()
        }
    }

    impl Drop for Tree {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }

    #[test]
    fn a_binary_is_made_of_what_its_features_name() {
        let tree = Tree::new("walk");
        let files = |names: &[&str]| {
            let sources = tree.of(names);
            let files = sources
                .keys()
                .map(|file| file.to_string_lossy().into_owned());
            files.collect::<Vec<_>>()
        };
        let gpu = [
            "src/bin/gpu.rs",
            "src/lib.rs",
            "src/models/gan/loss.rs",
            "src/models/gan.rs",
            "src/models/mod.rs",
        ];
        assert_eq!(files(&["gpu"]), gpu);
        assert_eq!(files(&["vae"])[5], "src/models/vae/mod.rs");
        assert_eq!(files(&["ui"]).len(), 6);
    }

    #[test]
    fn other_families_tests_and_comments_change_nothing() {
        let tree = Tree::new("change");
        let before = tree.of(&["gpu"]);
        tree.put("src/models/vae/mod.rs", "pub struct Other;\n");
        tree.put(
            "src/models/mod.rs",
            "//! The families.\npub mod gan;\n#[cfg(feature = \"text\")]\npub mod text;\n",
        );
        tree.put(
            "src/models/gan/loss.rs",
            "/// A margin.\npub const MARGIN: f32 = 1.0;\n#[cfg(test)]\nmod tests {\n    fn a() {\n    }\n}\n",
        );
        assert_eq!(tree.of(&["gpu"]), before);
        tree.put("src/models/gan/loss.rs", "pub const MARGIN: f32 = 2.0;\n");
        assert_ne!(tree.of(&["gpu"]), before);
    }

    #[test]
    fn what_follows_a_left_out_module_counts() {
        let text = "    #[cfg(test)]\n    mod tests {\n        mod inner {\n        }\n    }\n    pub mod a;\n\
            pub(crate) mod b {\n}\n#[cfg(unix)]\npub(super) mod c;\n#[cfg(feature = \"x\")]\nuse d;";
        let (kept, modules) = strip(text, &features(&[]));
        assert_eq!(modules, ["a", "c"]);
        assert!(!kept.contains("inner"));
        assert!(kept.contains("pub(crate) mod b {\n}") && kept.ends_with("use d;"));
    }

    #[test]
    fn conditions_are_told_where_they_can_be() {
        let features = features(&["ui"]);
        let told = |condition| holds(condition, &features);
        assert_eq!(told("feature = \"ui\""), Some(true));
        assert_eq!(told("not(target_family = \"wasm\")"), Some(false));
        assert_eq!(
            told("any(feature = \"nn\", not(target_family = \"wasm\"))"),
            Some(false)
        );
        assert_eq!(told("any(unix, feature = \"ui\")"), Some(true));
        assert_eq!(told("any(unix, test)"), None);
        assert_eq!(told("all(test, any(unix, feature = \"ui\"))"), Some(false));
        assert_eq!(told("all(unix, feature = \"ui\")"), None);
    }

    #[test]
    fn a_file_that_the_key_misses_is_an_error() {
        let tree = Tree::new("check");
        let sources = tree.of(&["gpu"]);
        let top = tree.0.display();
        let said =
            |more: &str| format!("{top}/gpu.wasm: {top}/src/lib.rs src/models/mod.rs {more}\n");
        check(&sources, &tree.0, &said("/elsewhere/out/made.rs")).unwrap();
        check(&sources, &tree.0, &said(&format!("{top}/{BUILD_SCRIPT}"))).unwrap();
        assert!(check(&sources, &tree.0, &said("src/models/a\\ table.csv")).is_err());
        assert!(check(&sources, &tree.0, &said("src/models/vae/mod.rs")).is_err());
    }
}
