//! Figures that were measured ahead and ship as a file: on their way, here, or not to be had.

use std::cell::Cell;
use std::future::Future;
use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// What came of a file.
#[derive(Debug)]
pub enum Fetched<T> {
    /// Not here yet.
    Waiting,
    /// Here, and it makes sense.
    Ready(Rc<T>),
    /// Not to be had, and why, as part of a sentence.
    Failed(String),
}

// Not derived: contents are shared, so they need not be cloned.
impl<T> Clone for Fetched<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Waiting => Self::Waiting,
            Self::Ready(contents) => Self::Ready(contents.clone()),
            Self::Failed(reason) => Self::Failed(reason.clone()),
        }
    }
}

impl<T> PartialEq for Fetched<T> {
    /// Contents are compared by identity: each file is there once.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Waiting, Self::Waiting) => true,
            (Self::Ready(a), Self::Ready(b)) => Rc::ptr_eq(a, b),
            (Self::Failed(a), Self::Failed(b)) => a == b,
            _ => false,
        }
    }
}

impl<T> Fetched<T> {
    /// Its contents, if they are here.
    pub fn ready(&self) -> Option<&Rc<T>> {
        match self {
            Self::Ready(contents) => Some(contents),
            Self::Waiting | Self::Failed(_) => None,
        }
    }

    /// How it stands, in a `data-` attribute.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Ready(_) => "ready",
            Self::Failed(_) => "failed",
        }
    }

    /// `show` of its contents; until they are here that they come, or that they do not, in the words
    /// of `failed`, and a way to try again.
    pub fn show(
        &self,
        show: impl FnOnce(&T) -> Html,
        failed: &'static str,
        on_retry: &Callback<MouseEvent>,
    ) -> Html {
        match self {
            Self::Waiting => {
                html! { <p class="hint" aria-busy="true">{ "Fetching the figures" }</p> }
            }
            Self::Ready(contents) => show(contents),
            Self::Failed(reason) => failure(failed, reason, on_retry, None),
        }
    }
}

/// A sentence on what did not come, the machine's reason for who asks, and a way to try again; `class`
/// says how it is placed.
pub fn failure(
    sentence: &'static str,
    reason: &str,
    on_retry: &Callback<MouseEvent>,
    class: Option<&'static str>,
) -> Html {
    html! {
        <div class={classes!("notice", class)} role="alert">
            { sentence }{ " " }
            <button type="button" class="button small" onclick={on_retry}>{ "Try again" }</button>
            { details(reason) }
        </div>
    }
}

/// The machine's own words, folded.
pub fn details(words: &str) -> Html {
    html! { <details><summary>{ "Details" }</summary><p>{ words.to_owned() }</p></details> }
}

/// What `fetch` gives, once it is here, and a way to try again.
#[hook]
pub fn use_fetched<T, F>(fetch: fn() -> F) -> (Fetched<T>, Callback<MouseEvent>)
where
    T: 'static,
    F: Future<Output = Result<T, String>> + 'static,
{
    use_fetched_of((), move |()| fetch())
}

/// What `fetch` gives of `key`; of another one, what was there before is gone at once.
#[hook]
pub fn use_fetched_of<K, T, F>(
    key: K,
    fetch: impl Fn(K) -> F + 'static,
) -> (Fetched<T>, Callback<MouseEvent>)
where
    K: Clone + PartialEq + 'static,
    T: 'static,
    F: Future<Output = Result<T, String>> + 'static,
{
    let fetched = use_state_eq(|| (key.clone(), Fetched::Waiting));
    let attempt = use_state_eq(|| 0u32);
    {
        let fetched = fetched.setter();
        use_effect_with((key.clone(), *attempt), move |(key, _)| {
            let key = key.clone();
            fetched.set((key.clone(), Fetched::Waiting));
            let is_wanted = Rc::new(Cell::new(true));
            let wanted = is_wanted.clone();
            spawn_local(async move {
                let got = match fetch(key.clone()).await {
                    Ok(contents) => Fetched::Ready(Rc::new(contents)),
                    Err(reason) => Fetched::Failed(reason),
                };
                if wanted.get() {
                    fetched.set((key, got));
                }
            });
            move || is_wanted.set(false)
        });
    }
    let retry = Callback::from(move |_| attempt.set(*attempt + 1));
    let is_of_key = fetched.0 == key;
    let seen = is_of_key.then(|| fetched.1.clone());
    (seen.unwrap_or(Fetched::Waiting), retry)
}
