//! Where the page finds itself: frames, browsers that lack or forbid something, hosts, releases.

use std::time::Duration;

use anyhow::{Result, ensure};
use harness::{Fault, Gpu, Server, Setup, Tab, browse, browse_with};
use serde_json::json;
use xtask::paths;

const SLOW: Duration = Duration::from_secs(90);
const ROOM: &str = "#/diffusion/denoise?steps=4&step=4";
const DONE: &str = ".denoise[data-run-state=done][data-frames='5']";
const GUARD: &str = ".guard:not([hidden])";
/// Seen only where it is offered: to get it is an error.
const FORBIDDEN: &str = "for (const [of, names] of [
    [window, ['localStorage', 'sessionStorage', 'caches', 'indexedDB']],
    [Navigator.prototype, ['serviceWorker', 'clipboard']]])
    for (const name of names)
        Object.defineProperty(of, name, { get() { throw new DOMException('not here', 'SecurityError'); } });
    History.prototype.replaceState = () => { throw new DOMException('not here', 'SecurityError'); };";

/// Says what is seen of the guard, once it is there.
async fn guard(tab: &Tab) -> Result<String> {
    tab.wait_for_within(GUARD, SLOW).await?;
    tab.text(GUARD).await
}

#[test]
fn where_nothing_may_be_kept_it_works_without_memory() {
    let setup = Setup {
        keeps_site: true,
        ..Setup::default()
    };
    browse_with(setup, async |tab| {
        tab.paced().await?;
        tab.before_load(FORBIDDEN).await?;
        tab.open_at(ROOM).await?;
        tab.wait_for_within(DONE, SLOW).await?;
        tab.pass(4000, 20).await?;
        tab.pick_digit(5).await?;
        tab.wait_for_within(DONE, SLOW).await?;
        tab.click(".theme").await?;
        tab.click(".theme").await?;
        tab.wait_for("html[data-theme=dark]").await?;
        tab.click(".share").await?;
        tab.wait_for("input.link").await?;
        // Storage may also just not be there.
        tab.before_load("Object.defineProperty(window, 'localStorage', { value: null })")
            .await?;
        tab.open_at(ROOM).await?;
        tab.wait_for_within(DONE, SLOW).await.map(drop)
    });
}

#[test]
fn in_a_frame_it_works_or_says_what_it_needs() {
    const FRAME: &str =
        "(() => { document.body.innerHTML = ''; const frame = document.createElement('iframe');
        Object.assign(frame, { width: 1000, height: 700, src: SRC });
        if ('SANDBOX') frame.setAttribute('sandbox', 'SANDBOX');
        frame.style.display = 'SHOWN'; document.body.append(frame); return true; })()";
    let frame = |src: &str, sandbox: &str, shown: &str| {
        let frame = FRAME.replace("SRC", &json!(src).to_string());
        frame.replace("SANDBOX", sandbox).replace("SHOWN", shown)
    };
    browse(Gpu::None, async |tab| {
        tab.let_errors_be();
        // A page of another host.
        let course = Server::start(&paths::pkg(), 0, "course")?;
        let plane = format!("{}#/diffusion/plane", tab.site());
        tab.driver
            .goto(format!("{}build.json", course.url()))
            .await?;
        tab.js(&frame(&plane, "allow-scripts", "block")).await?;
        // The frame's page comes in a process of its own, and replaces the empty one.
        tab.refreshes(60).await?;
        tab.driver.enter_frame(0).await?;
        let said = guard(tab).await?;
        ensure!(said.contains("allow-same-origin"), "{said}");
        tab.driver.enter_default_frame().await?;

        // Hidden at first: a course page's tab, say.
        let site = tab.site();
        tab.driver.goto(format!("{site}build.json")).await?;
        tab.js(&frame(&plane, "", "none")).await?;
        let inner = "document.querySelector('iframe').contentDocument.querySelector('.plane-view')";
        tab.wait_until_within(&format!("!!{inner}"), SLOW).await?;
        tab.js("(document.querySelector('iframe').style.display = 'block', true)")
            .await?;
        tab.wait_until(&format!("{inner}.width > 200")).await?;
        let width = format!("{inner}.width === Math.round({inner}.getBoundingClientRect().width)");
        tab.wait_until(&width).await.map(drop)
    });
}

#[test]
fn opened_as_a_file_it_names_the_command_that_helps() {
    browse(Gpu::None, async |tab| {
        tab.let_errors_be();
        let page = paths::pkg().join("index.html");
        tab.driver
            .goto(format!("file://{}", page.display()))
            .await?;
        let said = guard(tab).await?;
        ensure!(said.contains("python3 -m http.server"), "{said}");
        Ok(())
    });
}

#[test]
fn without_what_it_needs_it_names_the_browsers_that_have_it() {
    for (lacking, words) in [
        ("delete window.WebAssembly", "WebAssembly"),
        ("WebAssembly.validate = () => false", "SIMD"),
    ] {
        browse(Gpu::None, async |tab| {
            tab.let_errors_be();
            tab.before_load(lacking).await?;
            tab.goto("").await?;
            let said = guard(tab).await?;
            ensure!(said.contains(words) && said.contains("Firefox"), "{said}");
            Ok(())
        });
    }
}

#[test]
fn a_program_that_does_not_come_or_ends_is_said_once() {
    browse(Gpu::None, async |tab| {
        tab.let_errors_be();
        tab.fault("app-*_bg.wasm", Fault::Page);
        tab.goto(ROOM).await?;
        let said = guard(tab).await?;
        ensure!(said.contains("could not be loaded"), "{said}");
        tab.server().clear_faults();
        tab.click(".guard button").await?;
        tab.wait_for_within(DONE, SLOW).await?;
        ensure!(tab.all(GUARD).await?.is_empty(), "it is still said");

        // Nothing can be drawn any more: yew panics, whatever is clicked.
        tab.js("(Document.prototype.createElement = null, Document.prototype.createElementNS = null, true)")
            .await?;
        for _ in 0..2 {
            tab.js("(document.querySelector('.save')?.click(),
                document.querySelector('[data-digit=\"5\"]').click(), true)")
                .await?;
        }
        let said = guard(tab).await?;
        ensure!(said.contains("has stopped"), "{said}");
        ensure!(tab.all(GUARD).await?.len() == 1, "it is said twice");
        // The link may still follow the click.
        tab.refreshes(30).await?;
        let hash = tab.js("location.hash").await?;
        tab.click(".guard button").await?;
        tab.wait_for_within(DONE, SLOW).await?;
        ensure!(tab.js("location.hash").await? == hash, "another link");
        Ok(())
    });
}

/// The site's page as the next release has it: another version at one place.
fn next_release(tab: &Tab) -> Result<()> {
    let page = std::fs::read_to_string(paths::pkg().join("index.html"))?;
    let mark = "offline.js?v=";
    let at = page.find(mark).unwrap_or_default() + mark.len();
    tab.fault("", Fault::FlipByte(at));
    Ok(())
}

#[test]
fn a_new_release_is_said_with_a_way_to_it() {
    for (fault, link, gone) in [
        (Fault::Page, "#/diffusion/plane", "app-*_split_plane*.wasm"),
        (
            Fault::NotFound,
            "#/gan/game?rounds=300&at=600",
            "engine_train*",
        ),
    ] {
        browse(Gpu::None, async |tab| {
            tab.let_errors_be();
            tab.server();
            tab.open_at("#/").await?;
            tab.fault(gone, fault);
            next_release(tab)?;
            tab.set_hash(link).await?;
            tab.wait_for_within(".notice.stop", SLOW).await?;
            tab.wait_until_within(
                "document.querySelector('.notices').innerText.includes('new version')",
                SLOW,
            )
            .await?;
            let ways = tab.text(".notices").await?;
            ensure!(!ways.contains("Try again"), "{ways}");
            ensure!(
                tab.all(".part button").await?.is_empty(),
                "that cannot help"
            );
            tab.server().clear_faults();
            tab.click(".notice.stop .button").await?;
            tab.wait_for(".plane-view").await?;
            let hash = tab.js("location.hash").await?;
            ensure!(link.starts_with(hash.as_str().unwrap_or("?")), "{hash}");
            Ok(())
        });
    }
}

#[test]
fn a_slow_download_is_no_silence() {
    browse(Gpu::None, async |tab| {
        tab.paced().await?;
        // Three seconds, which are forty for the page.
        tab.fault("engine_cpu_bg.wasm", Fault::Slow(400_000));
        tab.goto(ROOM).await?;
        tab.wait_for_within(".denoise[data-run-state=loading]", SLOW)
            .await?;
        tab.pace(13).await?;
        tab.wait_until("document.querySelector('.progress')?.innerText.includes('Fetching: ')")
            .await?;
        tab.wait_for_within(DONE, SLOW).await?;
        let said = tab.text(".notices").await?;
        ensure!(said.is_empty(), "{said}");
        Ok(())
    });
}

#[test]
fn a_graphics_card_that_is_never_found_is_done_without() {
    const SILENT: &str = "Object.defineProperty(Navigator.prototype, 'gpu', { get: () => ({
        requestAdapter: () => new Promise(() => {}) }) })";
    browse(Gpu::None, async |tab| {
        tab.paced().await?;
        tab.before_load(SILENT).await?;
        tab.goto(&format!("{ROOM}&engine=gpu")).await?;
        tab.wait_for(".denoise").await?;
        tab.pass(10_000, 20).await?;
        tab.wait_for_within(DONE, SLOW).await?;
        let said = tab.text(".notices").await?;
        ensure!(said.contains("the CPU computes"), "{said}");
        Ok(())
    });
}

#[test]
fn without_workers_there_is_a_plain_sentence() {
    browse_with(Setup::default(), async |tab| {
        tab.before_load("delete window.Worker").await?;
        tab.goto(ROOM).await?;
        tab.wait_for_within(".notice.stop", SLOW).await?;
        let said = tab.text(".notices").await?;
        ensure!(said.contains("The engine stopped."), "{said}");
        for machine in ["undefined", "wasm", "JsValue", "Worker"] {
            ensure!(!said.contains(machine), "{said}");
        }
        // Whoever wants to report it finds more.
        tab.click(".notice summary").await?;
        let details = tab.text(".notice details").await?;
        ensure!(details.len() > "Details".len() + 5, "{details}");
        Ok(())
    });
}
