//! From source to `pkg/`.
//!
//! The site is a page and some engines, each a wasm binary with a link in `index.html`. An engine is
//! slow to build (the GPU engine takes about ten minutes with `wasm-opt`), so finished engines are
//! kept in the cache under a key of their own ([`key`]). That key is the engine's id: the engine gets
//! it as `GENSCOPE_BUILD_ID`, and the page, as `GENSCOPE_ENGINE_CPU_ID` and so on, to ask for
//! `engine_cpu.js?v=ID`. In the quick loop there are no ids, so that nothing is compiled for their
//! sake.
//!
//! Trunk can build the same page from the same `index.html`, in one piece and without ids; nothing here
//! needs it.

mod assemble;
mod bind;
mod index;
mod key;
mod merge;
mod pack;
mod policy;
mod shrink;
mod sources;
mod split;

use std::fs;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

use self::assemble::Program;
pub use self::index::{Binary, Kind};
use self::key::EngineKey;
use crate::process::{self, cargo};
use crate::server::Server;
use crate::steps::Steps;
use crate::{paths, sizes, tools};

const TARGET: &str = "wasm32-unknown-unknown";

/// The engine that takes longest to build.
const ENGINE_GPU: &str = "engine_gpu";

/// The engine without which nothing can be seen.
const ENGINE_CPU: &str = "engine_cpu";

/// The page's feature in a release, which is cut into parts; in the quick loop it stays in one piece.
pub const IN_PARTS: &str = "split";

/// The profile of every binary in the quick loop.
const DEV_PROFILE: &str = "web-dev";

/// Says which inputs a `pkg/` was made from; written last, so a broken build has none. Whoever keeps
/// the site for visits without a network reads in it the engines' ids and all files' sizes in bytes.
const STAMP: &str = "build.json";

/// Finished engines in the cache; the largest has about 14 MB.
const KEPT_ENGINES: usize = 16;

/// How often the quick loop looks for changes.
const WATCH_PERIOD: Duration = Duration::from_millis(500);

/// What to build.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Quick to compile and not shrunk, instead of quick to load and run.
    pub dev: bool,
    /// A release is made as small as it gets, which takes minutes; what is served until then is not.
    pub shrunk: bool,
    pub engines: Engines,
}

/// Which engines the site gets. Less than all is for quick loops while working on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engines {
    All,
    CpuOnly,
    /// The one that everybody needs.
    First,
    None,
}

impl Engines {
    fn has(self, engine: &Binary) -> bool {
        match self {
            Self::All => true,
            Self::CpuOnly => engine.name != ENGINE_GPU,
            Self::First => engine.name == ENGINE_CPU,
            Self::None => false,
        }
    }
}

impl Options {
    /// The whole site as it is published.
    pub const RELEASE: Self = Self {
        dev: false,
        shrunk: true,
        engines: Engines::All,
    };

    fn feature_of(self, binary: &Binary) -> &str {
        match binary.kind {
            Kind::Page if !self.dev => IN_PARTS,
            _ => &binary.feature,
        }
    }

    fn profile_of(self, binary: &Binary) -> &str {
        if self.dev {
            DEV_PROFILE
        } else {
            &binary.profile
        }
    }

    /// What cargo makes of a binary.
    fn wasm_of(self, binary: &Binary) -> PathBuf {
        let folder = paths::target().join(TARGET).join(self.profile_of(binary));
        folder.join(format!("{}.wasm", binary.name))
    }
}

/// The binaries that `index.html` links, the page first.
pub fn binaries() -> Result<Vec<Binary>> {
    index::binaries(&html()?)
}

/// Builds `pkg/`, unless it is already what these sources give.
pub fn build(options: Options, steps: &mut Steps) -> Result<()> {
    let key = key::site(&format!("{options:?}"))?;
    if stamp().is_some_and(|stamp| stamp.contains(&key)) {
        eprintln!("==> pkg/ is up to date ({key})");
        return Ok(());
    }
    let html = html()?;
    let binaries = index::binaries(&html)?;
    let (page, engines) = binaries.split_first().context("no binaries")?;
    let (program, shelves, ids) = if options.dev {
        let (program, shelves) = compile_quickly(page, engines, options, steps)?;
        (program, shelves, serde_json::Map::new())
    } else {
        compile_release(page, engines, options, steps)?
    };
    let site = paths::pkg();
    let html = steps.run("assemble", || {
        let html = assemble::fill(&site, &html, &program, &shelves)?;
        if options.dev {
            return assemble::reloading(&html);
        }
        let offline = format!("<script src=\"offline.js?v={key}\" defer></script>");
        index::with_head(&policy::harden(&html)?, &offline)
    })?;
    fs::write(site.join("index.html"), html).context("could not write the page")?;
    let files = sizes::raw(&site)?;
    let stamp = serde_json::json!({
        "engines": ids, "files": files, "made_from": key, "dev": options.dev,
    });
    fs::write(site.join(STAMP), format!("{stamp}\n")).context("could not write the stamp")
}

/// The page's program, where the engines lie, and the ids of all engines by their names.
type Release = (
    Program,
    Vec<PathBuf>,
    serde_json::Map<String, serde_json::Value>,
);

/// Small and fast. Binaries of different profiles are made beside each other, for cargo lets both go on, and
/// while the one is linked, which has one thread, the other has the second core. The engines take longer, so
/// the page gives way. In the same way `wasm-opt` shrinks one engine while cargo compiles the next.
fn compile_release(
    page: &Binary,
    engines: &[Binary],
    options: Options,
    steps: &mut Steps,
) -> Result<Release> {
    let mut keyed = Vec::new();
    for engine in engines {
        keyed.push((engine, key::engine(engine)?));
    }
    let ids: Vec<_> = keyed
        .iter()
        .map(|(engine, key)| (id_variable(engine), key.id.clone()))
        .collect();
    let told = keyed
        .iter()
        .map(|(engine, key)| (engine.name.clone(), key.id.clone().into()));
    let told = told.collect();
    keyed.retain(|(engine, _)| options.engines.has(engine));
    let place = |(engine, key): &(&Binary, EngineKey)| {
        let shelf = shelf(engine, &key.id);
        if options.shrunk || shelf.is_dir() {
            shelf
        } else {
            paths::target().join("unshrunk").join(&engine.name)
        }
    };
    let shelves: Vec<_> = keyed.iter().map(place).collect();
    let program = thread::scope(|scope| {
        let making = scope.spawn(|| {
            let mut steps = Steps::default();
            let program = make_page(page, options, &ids, &mut steps);
            (program, steps)
        });
        let compiling: Vec<_> = by_profile(keyed.iter().zip(&shelves), |((engine, _), _)| engine)
            .into_iter()
            .map(|group| {
                scope.spawn(move || {
                    let (mut steps, mut shrinking) = (Steps::default(), Vec::new());
                    let compiled = group.into_iter().try_for_each(|((engine, key), shelf)| {
                        if *shelf == self::shelf(engine, &key.id) && shelf.is_dir() {
                            eprintln!("    {} {} taken from the cache", engine.name, key.id);
                            return Ok(());
                        }
                        steps.run(&told_compile(engine, options), || {
                            compile_engine(engine, key, options)
                        })?;
                        let wasm = options.wasm_of(engine);
                        if !options.shrunk {
                            return bind::bind(&wasm, &engine.name, Kind::Worker, shelf);
                        }
                        shrinking.push(scope.spawn(move || bind::finish(engine, &wasm, shelf)));
                        Ok(())
                    });
                    (compiled, shrinking, steps)
                })
            })
            .collect();
        let (mut compiled, mut shrinking) = (Ok(()), Vec::new());
        for group in compiling {
            let (made, more, beside) = joined(group);
            steps.add(beside);
            shrinking.extend(more);
            compiled = compiled.and(made);
        }
        let (program, beside) = joined(making);
        steps.add(beside);
        compiled?;
        if !shrinking.is_empty() {
            steps.run("bind and shrink engines: what is left", || {
                shrinking.into_iter().try_for_each(joined)
            })?;
            forget_old(&shelves_folder())?;
        }
        program
    })?;
    Ok((program, shelves, told))
}

/// Engines by their profiles, of which cargo can make several at once.
fn by_profile<T>(engines: impl Iterator<Item = T>, of: impl Fn(&T) -> &Binary) -> Vec<Vec<T>> {
    let mut groups: Vec<Vec<T>> = Vec::new();
    for engine in engines {
        let alike = |group: &&mut Vec<T>| {
            group
                .iter()
                .all(|one| of(one).profile == of(&engine).profile)
        };
        match groups.iter_mut().find(alike) {
            Some(group) => group.push(engine),
            None => groups.push(vec![engine]),
        }
    }
    groups
}

/// The page's program, which knows the engines by their `ids`.
fn make_page(
    page: &Binary,
    options: Options,
    ids: &[(String, String)],
    steps: &mut Steps,
) -> Result<Program> {
    steps.run(&told_compile(page, options), || {
        compile(
            page,
            options,
            ids.iter().map(|(name, id)| (name.as_str(), id.as_str())),
        )
    })?;
    steps.run("cut the page into parts", || {
        split::split(page, &options.wasm_of(page), options.shrunk)
    })
}

/// What a thread has come to; its panic is ours.
fn joined<T>(thread: thread::ScopedJoinHandle<T>) -> T {
    thread.join().unwrap_or_else(|panic| resume_unwind(panic))
}

/// For the quick loop: in one piece, and what has not been compiled again is not bound again.
fn compile_quickly(
    page: &Binary,
    engines: &[Binary],
    options: Options,
    steps: &mut Steps,
) -> Result<(Program, Vec<PathBuf>)> {
    let mut folders = Vec::new();
    for binary in [page].into_iter().chain(engines) {
        if binary.kind == Kind::Worker && !options.engines.has(binary) {
            continue;
        }
        let wasm = options.wasm_of(binary);
        let folder = paths::target().join("bound").join(&binary.name);
        steps.run(&told_compile(binary, options), || {
            compile(binary, options, [])?;
            if is_newer(&wasm, &folder.join(format!("{}_bg.wasm", binary.name))) {
                bind::bind(&wasm, &binary.name, binary.kind, &folder)?;
            }
            Ok(())
        })?;
        folders.push(folder);
    }
    let program = Program {
        name: page.name.clone(),
        folder: folders.remove(0),
        early: None,
    };
    Ok((program, folders))
}

fn told_compile(binary: &Binary, options: Options) -> String {
    format!("compile {} ({})", binary.name, options.profile_of(binary))
}

/// The variable that tells the page an engine's id.
fn id_variable(engine: &Binary) -> String {
    format!("GENSCOPE_{}_ID", engine.name.to_uppercase())
}

fn compile_engine(engine: &Binary, key: &EngineKey, options: Options) -> Result<()> {
    compile(engine, options, [("GENSCOPE_BUILD_ID", key.id.as_str())])?;
    let said = options.wasm_of(engine).with_extension("d");
    let said = fs::read_to_string(said).context("cargo does not say what it has read")?;
    sources::check(&key.sources, &paths::root(), &said)
}

fn compile<'a>(
    binary: &Binary,
    options: Options,
    variables: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<()> {
    let start = match binary.kind {
        Kind::Page => process::patient_cargo,
        Kind::Worker => cargo,
    };
    let mut build = start("build --no-default-features --target");
    build.args([TARGET, "--profile", options.profile_of(binary)]);
    build.args(["--bin", &binary.name]);
    build.args(["--features", options.feature_of(binary)]);
    process::run(build.envs(variables))
}

/// Serves the site of a release. On a new machine it is served as soon as there is the page with the
/// engine that everybody needs, not shrunk yet; the others come as they are done, and until then the page
/// says what is missing. Ends with Ctrl-C.
pub fn serve(options: Options, port: u16, steps: &mut Steps) -> Result<()> {
    tools::fetch_for_build(steps)?;
    fs::create_dir_all(paths::pkg()).context("could not make pkg/")?;
    let server = Server::start(&paths::pkg(), port, "")
        .with_context(|| format!("could not serve at port {port}; try --port"))?;
    let tell = |what: &str| eprintln!("==> serving {what} at {} (Ctrl-C ends)", server.url());
    let mut missing = Vec::new();
    for engine in binaries()?.into_iter().filter(|b| options.engines.has(b)) {
        if engine.kind == Kind::Worker {
            let key = key::engine(&engine)?;
            missing.push((shelf(&engine, &key.id), engine, key));
        }
    }
    missing.retain(|(shelf, ..)| !shelf.is_dir());
    if missing
        .iter()
        .any(|(_, engine, _)| engine.name != ENGINE_CPU)
    {
        let first = Options {
            shrunk: false,
            engines: Engines::First,
            ..options
        };
        build(first, steps)?;
        tell("what is there by now");
        // The first one is only shrunk: that can wait.
        missing.sort_by_key(|(_, engine, _)| engine.name == ENGINE_CPU);
        thread::scope(|scope| {
            let groups = by_profile(missing.iter(), |(_, engine, _)| engine);
            let making: Vec<_> = groups
                .into_iter()
                .map(|group| {
                    scope.spawn(move || {
                        let mut steps = Steps::default();
                        let made = group.into_iter().try_for_each(|(shelf, engine, key)| {
                            steps.run(&told_compile(engine, options), || {
                                compile_engine(engine, key, options)?;
                                bind::finish(engine, &options.wasm_of(engine), shelf)?;
                                assemble::copy(shelf, &paths::pkg())
                            })
                        });
                        (made, steps)
                    })
                })
                .collect();
            making.into_iter().try_for_each(|group| {
                let (made, beside) = joined(group);
                steps.add(beside);
                made
            })
        })?;
    }
    build(options, steps)?;
    eprint!("{}", steps.table());
    tell("pkg/");
    server.wait();
    Ok(())
}

/// Serves the site of the quick loop and builds it again on every change; its page reloads itself.
/// Ends with Ctrl-C.
pub fn watch(engines: Engines, port: u16) -> Result<()> {
    let options = Options {
        dev: true,
        shrunk: false,
        engines,
    };
    fs::create_dir_all(paths::pkg()).context("could not make pkg/")?;
    let server = Server::start(&paths::pkg(), port, "")
        .with_context(|| format!("could not serve at port {port}; try --port"))?;
    let mut built = String::new();
    loop {
        let seen = key::times()?;
        if seen != built {
            match build(options, &mut Steps::default()) {
                Ok(()) => eprintln!("==> serving at {} (Ctrl-C ends)", server.url()),
                Err(error) => eprintln!("error: {error:#}\n==> waiting for a change"),
            }
            built = seen;
        }
        thread::sleep(WATCH_PERIOD);
    }
}

fn html() -> Result<String> {
    fs::read_to_string(paths::root().join("index.html")).context("could not read index.html")
}

/// What [`STAMP`] says.
fn stamp() -> Option<String> {
    fs::read_to_string(paths::pkg().join(STAMP)).ok()
}

/// Whether `file` was written after `other`, or `other` is not there.
fn is_newer(file: &Path, other: &Path) -> bool {
    let written = |file: &Path| fs::metadata(file).and_then(|about| about.modified()).ok();
    written(other) < written(file)
}

fn shelves_folder() -> PathBuf {
    paths::cache().join("engines")
}

/// Where a finished engine lies.
fn shelf(engine: &Binary, id: &str) -> PathBuf {
    shelves_folder().join(format!("{}-{id}", engine.name))
}

/// Removes all but the newest engines.
fn forget_old(shelves: &Path) -> Result<()> {
    let mut shelves: Vec<_> = fs::read_dir(shelves)?
        .filter_map(|entry| {
            let entry = entry.ok()?;
            Some((entry.metadata().ok()?.modified().ok()?, entry.path()))
        })
        .collect();
    shelves.sort();
    let old = shelves.len().saturating_sub(KEPT_ENGINES);
    for (_, shelf) in shelves.into_iter().take(old) {
        fs::remove_dir_all(&shelf).context("could not remove an old engine from the cache")?;
    }
    Ok(())
}

/// Installs what is missing, then builds.
pub fn fetch_and_build(options: Options, steps: &mut Steps) -> Result<()> {
    tools::fetch_for_build(steps)?;
    build(options, steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_newest_engines_are_kept() {
        let shelves = std::env::temp_dir().join(format!("xtask-shelves-{}", std::process::id()));
        for name in 0..KEPT_ENGINES + 3 {
            fs::create_dir_all(shelves.join(name.to_string())).unwrap();
        }
        forget_old(&shelves).unwrap();
        assert_eq!(fs::read_dir(&shelves).unwrap().count(), KEPT_ENGINES);
        fs::remove_dir_all(&shelves).unwrap();
    }

    #[test]
    fn the_quick_loops_page_is_in_one_piece() {
        let binaries = binaries().unwrap();
        let feature = |dev| {
            let options = Options {
                dev,
                ..Options::RELEASE
            };
            binaries
                .iter()
                .map(|b| options.feature_of(b))
                .collect::<Vec<_>>()
        };
        assert_eq!(feature(false)[0], IN_PARTS);
        assert_eq!(feature(true)[0], "ui");
        assert_eq!(feature(false)[1..], feature(true)[1..]);
    }

    #[test]
    fn engines_of_one_profile_wait_for_each_other() {
        let binaries = binaries().unwrap();
        let groups = by_profile(binaries[1..].iter(), |engine| engine);
        let names = |group: &Vec<&Binary>| group.iter().map(|e| e.name.clone()).collect::<Vec<_>>();
        let mut names: Vec<_> = groups.iter().map(names).collect();
        names.sort();
        assert_eq!(
            names,
            [vec!["engine_cpu", "engine_train"], vec!["engine_gpu"]]
        );
    }

    #[test]
    fn fewer_engines_can_be_wanted() {
        let binaries = binaries().unwrap();
        let names = |engines: Engines| {
            let engines = binaries[1..]
                .iter()
                .filter(move |engine| engines.has(engine));
            engines
                .map(|engine| engine.name.as_str())
                .collect::<Vec<_>>()
        };
        assert!(names(Engines::All).contains(&ENGINE_GPU));
        assert_eq!(names(Engines::CpuOnly), ["engine_cpu", "engine_train"]);
        assert_eq!(names(Engines::First), ["engine_cpu"]);
        assert_eq!(names(Engines::None), [""; 0]);
    }

    #[test]
    fn newer_goes_by_the_time_of_writing() {
        let folder = std::env::temp_dir().join(format!("xtask-newer-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let at = |name: &str, seconds| {
            let path = folder.join(name);
            let file = fs::File::create(&path).unwrap();
            let time = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
            file.set_modified(time).unwrap();
            path
        };
        let (old, new) = (at("old", 1_000), at("new", 2_000));
        assert!(is_newer(&new, &old) && !is_newer(&old, &new) && !is_newer(&old, &old));
        assert!(is_newer(&old, &folder.join("missing")));
        fs::remove_dir_all(&folder).unwrap();
    }
}
