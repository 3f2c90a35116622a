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
use yew::prelude::*;

use super::content;
use super::state::Route;

/// One or more chapters. Plain functions, so that they can be kept once they are here.
#[derive(Clone, Copy)]
pub struct Chapters {
    /// The text of a route's chapter.
    pub story: fn(&Route) -> Html,
    /// The stage of a route's chapter; the callback asks for other controls.
    pub stage: fn(Route, Callback<Route>) -> Html,
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

/// Makes the function `$name`, a [`Fetch`], whose [`Chapters`] `$chapters` are a part of its own.
#[macro_export]
macro_rules! part {
    ($name:ident, $chapters:expr) => {
        fn $name() -> ::std::pin::Pin<
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
            #[::wasm_split_helpers::wasm_split($name, fallible)]
            fn fetch() -> Result<$crate::ui::parts::Chapters, $crate::ui::parts::NotFetched> {
                Ok($chapters)
            }
            #[cfg(not(feature = "split"))]
            async fn fetch() -> Result<$crate::ui::parts::Chapters, $crate::ui::parts::NotFetched> {
                Ok($chapters)
            }
            ::std::boxed::Box::pin(fetch())
        }
    };
}

thread_local! {
    /// The parts that are here, by their names.
    static HERE: RefCell<HashMap<&'static str, Chapters>> = RefCell::default();
}

fn here(name: &str) -> Option<Chapters> {
    HERE.with_borrow(|here| here.get(name).copied())
}

/// A part, or what to show until it is here: that it comes, or a way to try
/// again. What has been fetched once is there at once.
#[hook]
pub fn use_part(part: Part) -> Result<Chapters, Html> {
    let Part(name, fetch) = part;
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
                        Ok(chapters) => {
                            HERE.with_borrow_mut(|here| here.insert(name, chapters));
                            update.force_update();
                        }
                        Err(NotFetched) => failed.set(Some((name, attempt))),
                    }
                });
            }
            // Whoever comes back to it tries anew.
            move || forget.set(None)
        });
    }
    if let Some(chapters) = here(name) {
        return Ok(chapters);
    }
    if *failed != Some((name, *attempt)) {
        return Err(
            html! { <p class="hint part" role="status">{ content::text("shell", "part.waiting") }</p> },
        );
    }
    let onclick = Callback::from(move |_: MouseEvent| attempt.set(*attempt + 1));
    Err(html! {
        <p class="notice part" role="alert">
            { content::text("shell", "part.failed") }{ " " }
            <button type="button" class="button small" {onclick}>{ "Try again" }</button>
        </p>
    })
}
