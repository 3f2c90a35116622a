//! Parts of the page that are fetched when they are first shown, so that a visitor does not wait
//! for rooms that stay closed.
//!
//! A part is a function behind [`part!`](crate::part). In a release, which has the feature `split`,
//! such a function and what only it needs becomes a wasm file of its own: `wasm_split_helpers` marks
//! it, and `cargo xtask build` cuts the page's wasm there. In all other builds it is just called.

use std::cell::RefCell;
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;

use wasm_bindgen_futures::spawn_local;
use yew::html::BaseComponent;
use yew::prelude::*;

use super::chapters::Chapter;
use super::content::texts;
use super::host::{use_engines, use_host};
use super::rooms::ChapterProps;
use super::state::{Controls, Parsed, Route};

/// One or more chapters, and the style sheets that only they need.
#[derive(Clone, Copy)]
pub struct Chapters {
    /// The chapters.
    pub chapters: &'static [Open],
    /// Their style sheets.
    pub css: &'static [&'static str],
    /// The sources of their room, as HTML: a heading and a list, or nothing.
    pub sources: [&'static str; 2],
    /// The text that it is, where it is no chapters.
    pub text: fn() -> Html,
}

/// What is said of a chapter before and after it.
#[derive(Clone, Copy)]
pub struct Lead {
    /// How long it takes: `3 minutes`.
    pub minutes: &'static str,
    /// What one will see, as HTML.
    pub see: &'static str,
    /// What to take away, as HTML.
    pub take: &'static str,
}

/// A chapter that is here. Plain functions, so that it can be kept.
#[derive(Clone, Copy)]
pub struct Open {
    chapter: Chapter,
    /// What stands above its stage and at the end of its text; pages of text have nothing such.
    pub lead: Option<Lead>,
    read: fn(&Route) -> (Route, Vec<String>),
    story: fn(&Route) -> Html,
    sources: [&'static str; 2],
    stage: fn(&Route, Callback<Route>) -> Html,
}

impl Open {
    /// A chapter with the stage `C` and this text; `lead` is minutes, what to see, what to take away.
    pub const fn new<C, S>(
        chapter: Chapter,
        lead: Option<[&'static str; 3]>,
        story: fn(&Route) -> Html,
    ) -> Self
    where
        C: BaseComponent<Properties = ChapterProps<S>>,
        S: Controls,
    {
        let lead = match lead {
            Some([minutes, see, take]) => Some(Lead { minutes, see, take }),
            None => None,
        };
        Self {
            chapter,
            lead,
            read: Route::read::<S>,
            story,
            sources: [""; 2],
            stage: stage::<C, S>,
        }
    }

    /// The text of the chapter.
    pub fn story(&self, route: &Route) -> Html {
        (self.story)(route)
    }

    /// The sources of its room, as HTML: a heading and a list, or nothing.
    pub fn sources(&self) -> [&'static str; 2] {
        self.sources
    }

    /// Its stage; the callback asks for other controls.
    pub fn stage(&self, route: &Route, on_route: Callback<Route>) -> Html {
        (self.stage)(route, on_route)
    }
}

fn stage<C, S>(route: &Route, on_route: Callback<Route>) -> Html
where
    C: BaseComponent<Properties = ChapterProps<S>>,
    S: Controls,
{
    let Some(state) = route.state::<S>() else {
        return Html::default();
    };
    let (key, state) = (state.key(), state.clone());
    html! { <C {key} {state} on_state={on_route.reform(Route::of)} /> }
}

/// The part could not be fetched; why is on the browser's console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotFetched;

#[cfg(feature = "split")]
impl From<wasm_split_helpers::SplitLoaderError> for NotFetched {
    fn from(_: wasm_split_helpers::SplitLoaderError) -> Self {
        Self
    }
}

/// The way to a part: fetches it the first time, and again after a failure.
pub type Fetch = fn() -> Pin<Box<dyn Future<Output = Result<Chapters, NotFetched>>>>;

/// A part: its name, which no other has, and the way to it.
#[derive(Clone, Copy)]
pub struct Part(pub &'static str, pub Fetch);

impl PartialEq for Part {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

/// Makes the function `$name`, a [`Fetch`], whose [`Chapters`] are a part of its own: the sources of their
/// room, a line each with its stage, what is said before and after it (minutes, what to see, what to take
/// away), and its text, and then their style sheets in `www/css`. Or, after `text`, a part that is a text.
/// `$name in $file`: it comes in one file with the part `$file`. What some parts share, and others do not, is
/// a file too, one for each such set of parts: with each further part there are up to twice as many, so
/// parts that need much of the same better come together.
#[macro_export]
macro_rules! part {
    (text $name:ident in $file:ident: $text:expr) => {
        $crate::part!(@fetch $name $file, $crate::ui::parts::Chapters {
            chapters: &[],
            sources: [""; 2],
            text: $text,
            css: &[],
        });
    };
    (text $name:ident: $text:expr) => {
        $crate::part!(text $name in $name: $text);
    };
    ($name:ident, $($rest:tt)+) => {
        $crate::part!($name in $name, $($rest)+);
    };
    ($name:ident in $file:ident, $sources:expr; $($chapter:ident: $stage:ident, $lead:expr, $story:expr;)+ $($css:literal),*) => {
        $crate::part!(@fetch $name $file, $crate::ui::parts::Chapters {
            chapters: &[$($crate::ui::parts::Open::new::<$stage, _>(
                $crate::ui::chapters::Chapter::$chapter,
                $lead,
                $story,
            )),+],
            sources: $sources,
            text: ::yew::Html::default,
            css: &[$(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/www/css/", $css))),*],
        });
    };
    (@fetch $name:ident $file:ident, $part:expr) => {
        /// Fetches the part.
        pub fn $name() -> ::std::pin::Pin<
            ::std::boxed::Box<
                dyn ::std::future::Future<
                        Output = ::std::result::Result<
                            $crate::ui::parts::Chapters,
                            $crate::ui::parts::NotFetched,
                        >,
                    >,
            >,
        > {
            #[cfg(feature = "split")]
            #[::wasm_split_helpers::wasm_split($file, fallible)]
            fn fetch() -> Result<$crate::ui::parts::Chapters, $crate::ui::parts::NotFetched> {
                Ok(PART)
            }
            #[cfg(not(feature = "split"))]
            async fn fetch() -> Result<$crate::ui::parts::Chapters, $crate::ui::parts::NotFetched> {
                Ok(PART)
            }
            const PART: $crate::ui::parts::Chapters = $part;
            ::std::boxed::Box::pin(fetch())
        }
    };
}

thread_local! {
    /// The parts that are here, by their names.
    static HERE: RefCell<HashMap<&'static str, Chapters>> = RefCell::default();
}

fn here(name: &'static str) -> Option<Chapters> {
    HERE.with_borrow(|here| here.get(name).copied())
}

fn open(part: Chapters, chapter: Chapter) -> Option<Open> {
    let Chapters {
        chapters, sources, ..
    } = part;
    let open = chapters.iter().find(|open| open.chapter == chapter)?;
    Some(Open { sources, ..*open })
}

/// Reads the settings of a route's chapter, if that is here.
pub fn read(parsed: Parsed) -> Parsed {
    let Parsed {
        mut page,
        mut problems,
    } = parsed;
    let chapter = page.route.chapter();
    let part = chapter.and_then(|chapter| here(chapter.info().part));
    if let Some(open) = part
        .zip(chapter)
        .and_then(|(part, chapter)| open(part, chapter))
    {
        let (route, more) = (open.read)(&page.route);
        page.route = route;
        problems.extend(more);
    }
    Parsed { page, problems }
}

/// Keeps a part that has come.
fn keep(name: &'static str, part: Chapters) {
    HERE.with_borrow_mut(|here| here.insert(name, part));
    let document = gloo_utils::document();
    for css in part.css {
        if let Ok(style) = document.create_element("style") {
            style.set_text_content(Some(css));
            // The head takes any element.
            let _ = gloo_utils::head().append_child(&style);
        }
    }
}

/// A chapter whose part is here, or what to show until it is. `on_here` hears of a part that has come.
#[hook]
pub fn use_part(chapter: Chapter, on_here: Callback<()>) -> Result<Open, Html> {
    let part = use_fetched(chapter.part(), on_here)?;
    open(part, chapter).ok_or_else(Html::default)
}

/// A part that is a text, or what to show until it is here.
#[hook]
pub fn use_text(part: Part) -> Html {
    use_fetched(part, Callback::noop()).map_or_else(|instead| instead, |part| (part.text)())
}

/// A part, or what to show until it is here: that it comes, or a way to try again. What has been fetched
/// once is there at once.
#[hook]
fn use_fetched(part: Part, on_here: Callback<()>) -> Result<Chapters, Html> {
    let Part(name, fetch) = part;
    let (host, outdated) = (use_host(), use_engines().outdated);
    // Which name has failed, in which try.
    let failed = use_state_eq(|| None);
    let attempt = use_state_eq(|| 0u32);
    let update = use_force_update();
    {
        let failed = failed.setter();
        use_effect_with((name, *attempt), move |&(name, attempt)| {
            let forget = failed.clone();
            if here(name).is_none() {
                spawn_local(async move {
                    match fetch().await {
                        Ok(part) => {
                            keep(name, part);
                            on_here.emit(());
                            update.force_update();
                        }
                        Err(NotFetched) => {
                            failed.set(Some((name, attempt)));
                            host.check_release();
                        }
                    }
                });
            }
            // Whoever comes back to it tries anew.
            move || forget.set(None)
        });
    }
    if let Some(part) = here(name) {
        return Ok(part);
    }
    if *failed != Some((name, *attempt)) {
        return Err(
            html! { <p class="hint part" role="status">{ texts::shell::part_waiting::PLAIN }</p> },
        );
    }
    if outdated {
        // The notice above says so, and how to go on.
        return Err(Html::default());
    }
    let onclick = Callback::from(move |_: MouseEvent| attempt.set(*attempt + 1));
    Err(html! {
        <p class="notice part" role="alert">
            { texts::shell::part_failed::PLAIN }{ " " }
            <button type="button" class="button small" {onclick}>{ "Try again" }</button>
        </p>
    })
}
