//! Is it in the training set? The longest row of notes that it shares with a tune that was learned from.

use std::rc::Rc;

use yew::prelude::*;

use super::words::key;
use crate::tunes::copies::{Copied, LEAST, longest, notes};
use crate::tunes::{Alphabet, Event, Key, Tune, learned};
use crate::ui::components::fetched::use_fetched_of;
use crate::ui::content::{self, texts};
use crate::ui::rooms::tune::layout::layout;
use crate::ui::rooms::tune::staff::Staff;
use crate::ui::samples::fetch_text;

/// A tune that was learned from, and where it is the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Where.
    pub copied: Copied,
    /// The whole of it, on the keynote of the tune that was asked about.
    pub tune: Option<Rc<Tune>>,
}

/// Fetches the tunes that were learned from, and looks for rows of this one.
async fn find((alphabet, tune): (Rc<Alphabet>, Rc<Tune>)) -> Result<Found, String> {
    let text = fetch_text(learned::PATH).await?;
    let rows = learned::read(&text).ok_or("a tune with a sign that is not known")?;
    let theirs = |row: &Vec<_>| Tune::of(row.iter().filter_map(|token| alphabet.event(*token)));
    let others = rows
        .iter()
        .map(|row| theirs(row).map_or_else(Vec::new, |tune| notes(&tune)));
    let copied = longest(&notes(&tune), others);
    let theirs = rows.get(copied.tune).and_then(theirs);
    // On the same keynote, in its own mode.
    let theirs = theirs.filter(|_| copied.length > 0).map(|theirs| {
        let mode = theirs.key.mode;
        let key = Key { mode, ..tune.key };
        Rc::new(Tune { key, ..theirs })
    });
    Ok(Found {
        copied,
        tune: theirs,
    })
}

/// From the first to before the last event of a row of notes, rests and lines between them included.
pub fn events_of(tune: &Tune, first: usize, length: usize) -> Option<(usize, usize)> {
    let all = tune.events.iter().enumerate();
    let mut notes = all
        .filter(|(_, event)| matches!(event, Event::Note(_)))
        .skip(first);
    let (start, _) = notes.next()?;
    let end = notes.nth(length.checked_sub(2)?)?.0 + 1;
    Some((start, end))
}

/// Properties of [`CopiedCard`].
#[derive(Properties, PartialEq)]
pub struct CopiedProps {
    /// What tokens stand for.
    pub alphabet: Rc<Alphabet>,
    /// The tune, once it is whole.
    pub tune: Option<Rc<Tune>>,
    /// Staff spaces from left to right.
    pub width: f64,
    /// What else there is to say.
    pub children: Html,
    /// Which of its events are found.
    pub on_marked: Callback<Option<(usize, usize)>>,
}

/// The question, and the answer once it is asked.
#[component]
pub fn CopiedCard(props: &CopiedProps) -> Html {
    let asked = use_state_eq(|| None::<Rc<Tune>>);
    let is_asked = asked.is_some() && *asked == props.tune;
    let onclick = {
        let (asked, tune) = (asked.setter(), props.tune.clone());
        Callback::from(move |_: MouseEvent| asked.set(tune.clone()))
    };
    html! {
        <div class="card tune-copied">
            <h3>{ texts::tune_note::copied::TITLE }</h3>
            { content::section(texts::tune_note::copied::HTML) }
            if let Some(tune) = props.tune.clone().filter(|_| is_asked) {
                <Answer alphabet={props.alphabet.clone()} {tune} width={props.width} on_marked={props.on_marked.clone()} />
            } else {
                <p><button type="button" class="button find" disabled={props.tune.is_none()} {onclick}>{ texts::tune_note::find::PLAIN }</button></p>
            }
            { props.children.clone() }
        </div>
    }
}

/// Properties of [`Answer`].
#[derive(Properties, PartialEq)]
struct AnswerProps {
    alphabet: Rc<Alphabet>,
    tune: Rc<Tune>,
    width: f64,
    on_marked: Callback<Option<(usize, usize)>>,
}

#[component]
fn Answer(props: &AnswerProps) -> Html {
    let (found, on_retry) = use_fetched_of((props.alphabet.clone(), props.tune.clone()), find);
    let marked = found.ready().and_then(|found| {
        let Copied { first, length, .. } = found.copied;
        events_of(&props.tune, first, length)
    });
    let on_marked = props.on_marked.clone();
    use_effect_with(marked, move |marked| {
        on_marked.emit(*marked);
        move || on_marked.emit(None)
    });
    let width = props.width;
    let notes = notes(&props.tune).len();
    found.show(
        |found| {
            let Found { copied, tune } = found;
            let values = [
                ("length", copied.length.to_string()),
                ("notes", notes.to_string()),
                ("least", LEAST.to_string()),
                ("first", (copied.first + 1).to_string()),
                ("at", (copied.at + 1).to_string()),
                ("key", tune.as_ref().map_or_else(String::new, |tune| key(tune.key))),
            ];
            let Some(tune) = tune else {
                let words = content::fill(texts::tune_note::nothing_copied::PLAIN, &values);
                return html! { <p class="found" data-length="0">{ words }</p> };
            };
            let words = content::fill(texts::tune_note::found::PLAIN, &values);
            let theirs = Rc::new(layout(tune, width));
            html! {
                <>
                    <p class="found" data-length={copied.length.to_string()}>{ words }</p>
                    <Staff tune={tune.clone()} layout={theirs} {width} shown={tune.events.len()}
                        marked={events_of(tune, copied.at, copied.length)} label={texts::tune_note::theirs::PLAIN} />
                </>
            }
        },
        texts::tune_note::learned_failed::PLAIN,
        &on_retry,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tunes::abc;

    #[test]
    fn rows_of_notes_are_events() {
        let tune = abc::read("M:2/4 L:1/8 K:G GA|zBc|d4||").expect("a tune");
        assert_eq!(events_of(&tune, 0, 2), Some((0, 2)));
        assert_eq!(events_of(&tune, 1, 3), Some((1, 6)));
        assert_eq!(events_of(&tune, 1, 4), Some((1, 8)));
        assert_eq!(events_of(&tune, 1, 5), None);
        assert_eq!(events_of(&tune, 0, 0), None);
    }
}
