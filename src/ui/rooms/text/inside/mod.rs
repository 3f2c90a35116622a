//! Chapter 'Inside': a text's way through the blocks, with heads and guesses in sight.

mod look;
mod matrix;

use std::fmt::Write as _;
use std::rc::Rc;

use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use self::look::{LookedRun, Wish};
use self::matrix::Matrix;
use crate::models::text::angle;
use crate::models::text::inside::{Inside, NUMBERS, Off};
use crate::protocol::text::MOST_LOOKED_AT;
use crate::tokens::{END, Token, Tokens};
use crate::ui::components::chart::{Axis, Chart, Mark, Tone};
use crate::ui::components::fetched::{Fetched, failure, use_fetched};
use crate::ui::components::model_card::ModelCard;
use crate::ui::components::progress::progress;
use crate::ui::components::save::save_csv;
use crate::ui::components::share::ShareButton;
use crate::ui::components::transport::Transport;
use crate::ui::content::{self, texts};
use crate::ui::host::Phase;
use crate::ui::rooms::ChapterProps;
use crate::ui::rooms::text::vocabulary::{fetch, sign};
use crate::ui::router::link;
use crate::ui::runs::booked::use_booked;
use crate::ui::runs::player::{Course, Entry, mover, use_player};
use crate::ui::state::text::{LONGEST, Prompt};
use crate::ui::state::{InsideState, Route};

/// Texts to choose from: the second repeats a pattern that no story has.
const TEXTS: [&str; 3] = [
    "lily had a red ball and tom had a blue car. lily gave tom her red",
    "cat moon tree box fish hat sun. cat moon tree box fish hat sun. cat moon",
    "the capital of france is paris. the capital of italy is",
];

const BLOCKS: usize = InsideState::SHAPE[0] as usize;
const HEADS: usize = InsideState::SHAPE[1] as usize;

/// The text of the chapter.
pub fn story() -> Html {
    html! {
        <>
            { content::section(texts::inside::story::HTML) }
            { content::predict(texts::inside::story_try::HTML, texts::inside::story_reveal::HTML) }
            <h3>{ texts::inside::formula::TITLE }</h3>
            { content::section(texts::inside::formula::HTML) }
            <h3>{ texts::inside::copying::TITLE }</h3>
            { content::section(texts::inside::copying::HTML) }
        </>
    }
}

/// What is seen, and of which text.
struct View<'a> {
    state: &'a InsideState,
    tokens: &'a Tokens,
    text: &'a [Token],
    inside: &'a Inside,
    at: usize,
}

/// The stage and the inspectors of the chapter.
#[component]
pub fn InsideChapter(props: &ChapterProps<InsideState>) -> Html {
    let state = &props.state;
    let (tokens, on_retry) = use_fetched(fetch);
    let text = use_memo((tokens.clone(), state.text.clone()), |(tokens, text)| {
        tokens.ready().map(|tokens| read(tokens, text))
    });
    let wish = (*text).clone().map(|tokens| Wish {
        tokens,
        off: state.off,
    });
    let run = use_booked(LookedRun::default, wish.clone(), false);
    let seen = run.seen.clone();
    let fresh = seen.as_ref().filter(|(of, _)| Some(of) == wish.as_ref());
    let same_text = seen
        .as_ref()
        .filter(|(of, _)| wish.as_ref().is_some_and(|wish| of.tokens == wish.tokens));
    let last = (*text).as_ref().map_or(0, |text| text.len() as u32 - 1);
    let step = state.step.map(|step| step.min(last));
    let course = Course {
        of: (state.text.clone(), same_text.is_some()),
        entry: Entry::Rest(step.unwrap_or(last)),
        ready: same_text.map(|_| last),
        last,
        at: step.map(|step| (step, step)),
        tells: same_text.is_some(),
    };
    let player = use_player(
        course,
        props.edit(move |state: &mut InsideState, at| {
            state.step = (at < last).then_some(at);
        }),
    );
    let at = player.0.cursor.min(last);
    let view = tokens.ready().zip(same_text);
    let view = view.map(|(tokens, (of, inside))| View {
        state,
        tokens,
        text: &of.tokens,
        inside,
        at: at as usize,
    });
    let link_state = InsideState {
        step: (at < last).then_some(at),
        ..state.clone()
    };
    let spoken = view.as_ref().map_or_else(String::new, View::spoken);
    let onchange = props.edit(|state: &mut InsideState, event: Event| {
        if let Some(area) = event.target_dyn_into::<HtmlTextAreaElement>() {
            state.read(Prompt::new(&area.value()));
        }
    });
    let choice = |text: &'static str| {
        let onclick = props.edit(move |state: &mut InsideState, _: MouseEvent| {
            state.read(Prompt::new(text));
        });
        html! { <button type="button" class="button small" {onclick}>{ text }</button> }
    };
    html! {
        <>
            <div class="card inside" data-run-state={run.book.phase.map(Phase::id)} data-at={at.to_string()}
                data-fresh={fresh.is_some().to_string()} data-off={state.off.0.to_string()}>
                <div class="next-prompt" data-lock="text">
                    <label>
                        <span>{ texts::inside::text::PLAIN }</span>
                        <textarea name="text" rows="2" maxlength={LONGEST.to_string()} value={state.text.text().to_owned()} {onchange} />
                    </label>
                    <p class="next-beginnings">{ for TEXTS.map(choice) }</p>
                </div>
                if let Fetched::Failed(why) = &tokens {
                    { failure(texts::next::tokens_failed::PLAIN, why, &on_retry, None) }
                }
                if last as usize + 1 == MOST_LOOKED_AT {
                    <p class="hint next-hint">{ content::fill(texts::inside::long::PLAIN, &[("most", MOST_LOOKED_AT.to_string())]) }</p>
                }
                if let Some(view) = &view {
                    { view.line(props) }
                    { view.blocks(props) }
                }
                { progress(&run, |engine| format!("{engine}: {} tokens", last + 1), |_| texts::text::computed::PLAIN.into()) }
                <Transport playback={player.0} on={mover(&player)} position={format!("token {} of {}", at + 1, last + 1)} {spoken}>
                    <ShareButton link={link(&Route::of(link_state))} />
                    <button type="button" class="button csv" disabled={view.is_none()}
                        onclick={view.as_ref().map(View::on_csv)}>{ "CSV" }</button>
                </Transport>
            </div>
            <div class="inspect next-inspect">
                { for view.as_ref().map(|view| view.head_card(props)) }
                { for view.as_ref().map(View::loss_card) }
                { for view.as_ref().map(View::numbers_card) }
                <ModelCard model={InsideState::MODEL} speed={run.book.took_ms.map(|ms| format!("{ms:.0} ms for this text"))} />
            </div>
        </>
    }
}

/// Pairs of numbers of a head's query.
const PAIRS: usize = 16;

/// The text's first tokens, after the end that stands before every text.
fn read(tokens: &Tokens, text: &Prompt) -> Rc<Vec<Token>> {
    let mut all = vec![END];
    all.extend(tokens.encode(text.text()));
    all.truncate(MOST_LOOKED_AT);
    Rc::new(all)
}

impl View<'_> {
    fn name(&self, at: usize) -> String {
        sign(self.tokens, self.text[at])
    }

    fn bit(&self) -> u64 {
        Off::head(
            InsideState::SHAPE,
            self.state.block as usize,
            self.state.head as usize,
        )
    }

    /// The chosen head's weights from here.
    fn row(&self) -> &[f32] {
        let head = (self.state.block as usize, self.state.head as usize);
        self.inside.row(head.0, head.1, self.at)
    }

    /// What the chosen head looks at most, the most first.
    fn most(&self) -> Vec<(usize, f32)> {
        let mut all: Vec<(usize, f32)> = self.row().iter().copied().enumerate().collect();
        all.sort_by(|a, b| b.1.total_cmp(&a.1));
        all.truncate(3);
        all
    }

    fn spoken(&self) -> String {
        let guess = self.inside.guess(BLOCKS, self.at);
        let most = self.most();
        let values = [
            ("at", (self.at + 1).to_string()),
            ("token", self.name(self.at)),
            (
                "seen",
                most.first()
                    .map_or_else(String::new, |(i, _)| self.name(*i)),
            ),
            (
                "guess",
                guess
                    .first()
                    .map_or_else(String::new, |(token, _)| sign(self.tokens, *token)),
            ),
        ];
        content::fill(texts::inside::spoken::PLAIN, &values)
    }

    /// The text, each token as dark as the chosen head looks at it.
    fn line(&self, props: &ChapterProps<InsideState>) -> Html {
        let row = self.row();
        let piece = |at: usize| {
            let weight = row.get(at).copied().unwrap_or(0.0);
            let onclick = props.edit(move |state: &mut InsideState, _: MouseEvent| {
                state.step = Some(at as u32);
            });
            html! {
                <button type="button" class="piece seen" data-token={at.to_string()} {onclick}
                    aria-current={(at == self.at).then_some("step")}
                    style={format!("--weight:{:.0}%", 100.0 * weight.sqrt())}>{ self.name(at) }</button>
            }
        };
        html! {
            <div class="pieces-cut inside-line" role="group" aria-label={texts::pieces::line::PLAIN}>
                { for (0..self.text.len()).map(piece) }
            </div>
        }
    }

    /// A row for each block: its heads, its MLP, and what would come next after it.
    fn blocks(&self, props: &ChapterProps<InsideState>) -> Html {
        let head = |block: usize, head: usize| {
            let onclick = props.edit(move |state: &mut InsideState, _: MouseEvent| {
                (state.block, state.head) = (block as u32, head as u32);
            });
            let is_chosen = (self.state.block, self.state.head) == (block as u32, head as u32);
            let is_off = self
                .state
                .off
                .has(Off::head(InsideState::SHAPE, block, head));
            let path = strip(self.inside.row(block, head, self.at), self.text.len());
            html! {
                <td><button type="button" class={classes!("head", is_off.then_some("off"))}
                    data-head={format!("{block}-{head}")} aria-pressed={is_chosen.to_string()} {onclick}>
                    <span class="sr-only">{ format!("Block {}, head {}", block + 1, head + 1) }</span>
                    <svg viewBox="0 0 64 16" preserveAspectRatio="none" aria-hidden="true"><path d={path} /></svg>
                </button></td>
            }
        };
        let mlp = |block: usize| {
            let bit = Off::mlp(InsideState::SHAPE, block);
            let onclick =
                props.edit(move |state: &mut InsideState, _: MouseEvent| state.switch(bit));
            let is_on = !self.state.off.has(bit);
            html! {
                <td><button type="button" class={classes!("mlp", (!is_on).then_some("off"))} data-mlp={block.to_string()}
                    aria-pressed={is_on.to_string()} {onclick}>{ texts::inside::mlp::PLAIN }</button></td>
            }
        };
        let guess = |layer: usize| {
            let one = |(token, p): &(Token, f32)| {
                html! { <span class="guess"><b>{ sign(self.tokens, *token) }</b>{ " " }<span class="num">{ content::percent(*p) }</span></span> }
            };
            html! { <td class="guesses">{ for self.inside.guess(layer, self.at).iter().take(3).map(one) }</td> }
        };
        let row = |block: usize| {
            html! {
                <tr><th scope="row">{ block + 1 }</th>{ for (0..HEADS).map(|i| head(block, i)) }{ mlp(block) }{ guess(block + 1) }</tr>
            }
        };
        html! {
            <div class="scroll inside-blocks" tabindex="0"><table>
                <thead><tr><th scope="col">{ texts::inside::block::PLAIN }</th><th scope="colgroup" colspan={HEADS.to_string()}>{ texts::inside::heads::PLAIN }</th>
                    <td /><th scope="col">{ texts::inside::guesses::PLAIN }</th></tr></thead>
                <tbody>
                    <tr><th scope="row">{ texts::inside::embedding::PLAIN }</th><td colspan={(HEADS + 1).to_string()} />{ guess(0) }</tr>
                    { for (0..BLOCKS).map(row) }
                </tbody>
            </table></div>
        }
    }

    /// The chosen head, large.
    fn head_card(&self, props: &ChapterProps<InsideState>) -> Html {
        let (block, head) = (self.state.block as usize, self.state.head as usize);
        let bit = self.bit();
        let onclick = props.edit(move |state: &mut InsideState, _: MouseEvent| state.switch(bit));
        let is_off = self.state.off.has(bit);
        let most = self.most().into_iter().map(|(i, weight)| {
            html! { <li><b>{ self.name(i) }</b>{ format!(" ({}) ", i + 1) }<span class="num">{ content::percent(weight) }</span></li> }
        });
        let score = |block, head| self.inside.induction(self.text, block, head);
        let all = (0..BLOCKS).flat_map(|block| (0..HEADS).map(move |head| (block, head)));
        let best = all.filter_map(|(b, h)| Some((score(b, h)?, b, h)));
        let best = best.max_by(|a, b| a.0.total_cmp(&b.0));
        let label = format!("Block {}, head {}", block + 1, head + 1);
        let copying = score(block, head).zip(best).map(|(score, (most, b, h))| {
            let values = [
                ("score", content::percent(score)),
                ("most", content::percent(most)),
                ("block", (b + 1).to_string()),
                ("head", (h + 1).to_string()),
            ];
            content::fill(texts::inside::score::PLAIN, &values)
        });
        html! {
            <section class="card inside-head" aria-labelledby="head-title">
                <h3 id="head-title">{ label.clone() }</h3>
                <div class="inside-sides">
                    <Matrix weights={Rc::new(self.inside.head(block, head).to_vec())} at={self.at}
                        label={format!("{label}: {}", texts::inside::matrix::PLAIN)} />
                    <div>
                        <p>{ content::fill(texts::inside::looks_at::PLAIN, &[("token", self.name(self.at))]) }</p>
                        <ol class="inside-most">{ for most }</ol>
                        <p><button type="button" class="button switch" aria-pressed={is_off.to_string()} {onclick}>{ texts::inside::switch::PLAIN }</button></p>
                    </div>
                </div>
                <p class="hint">{ texts::inside::matrix::PLAIN }</p>
                <p class="hint">{ copying.unwrap_or_else(|| texts::inside::no_score::PLAIN.into()) }</p>
            </section>
        }
    }

    /// What the text loses by what is switched off.
    fn loss_card(&self) -> Html {
        let points = |bits: &[f32]| {
            let place = |(i, bits): (usize, &f32)| (i as f64 + 2.0, f64::from(bits.min(14.0)));
            bits.iter().enumerate().map(place).collect::<Vec<_>>()
        };
        let line = |bits: &[f32], tone, dashed| Mark::line(points(bits), tone).dashed_if(dashed);
        let mean = |bits: &[f32]| bits.iter().sum::<f32>() / bits.len().max(1) as f32;
        let [whole, now] = [&self.inside.whole_bits, &self.inside.bits].map(|bits| mean(bits));
        let values = [
            ("whole", format!("{whole:.2}")),
            ("now", format!("{now:.2}")),
            ("off", self.state.off.0.count_ones().to_string()),
        ];
        let told = match self.state.off {
            Off(0) => texts::inside::loss_whole::PLAIN,
            _ => texts::inside::loss_off::PLAIN,
        };
        let n = self.text.len().max(3) as f64;
        html! {
            <div class="card inside-loss" data-whole={format!("{whole:.3}")} data-now={format!("{now:.3}")}>
                <h3>{ texts::inside::loss::TITLE }</h3>
                <Chart x={Axis::new("token", [1.0, n], 4)} y={Axis::new("bits", [0.0, 14.0], 4)}
                    marks={vec![line(&self.inside.whole_bits, Tone::Muted, true), line(&self.inside.bits, Tone::Accent, false)]}
                    message={texts::inside::loss::PLAIN} height=150.0 />
                <p class="hint">{ content::fill(told, &values) }</p>
                <p class="hint">{ texts::inside::loss::PLAIN }</p>
            </div>
        }
    }

    /// The first numbers of the state, layer by layer.
    fn numbers_card(&self) -> Html {
        let cell = |x: &f32| html! { <td class="num">{ format!("{x:.2}") }</td> };
        let row = |layer: usize| {
            let name = match layer {
                0 => texts::inside::embedding::PLAIN.to_owned(),
                layer => format!("{} {layer}", texts::inside::block::PLAIN),
            };
            html! { <tr><th scope="row">{ name }</th>{ for self.inside.state(layer, self.at).iter().map(cell) }<td>{ "…" }</td></tr> }
        };
        let turned = |pair| format!("{:.1}", angle(self.at, pair, PAIRS).to_degrees());
        let values = [
            ("token", self.name(self.at)),
            ("n", NUMBERS.to_string()),
            ("at", self.at.to_string()),
            ("first", turned(0)),
            ("fifth", turned(4)),
            ("last", turned(PAIRS - 1)),
        ];
        html! {
            <div class="card">
                <h3>{ texts::inside::numbers::TITLE }</h3>
                <div class="scroll" tabindex="0"><table class="figures"><tbody>{ for (0..=BLOCKS).map(row) }</tbody></table></div>
                <p class="hint">{ content::fill(texts::inside::numbers::PLAIN, &values) }</p>
                <p class="hint" data-name="turned">{ content::fill(texts::inside::turned::PLAIN, &values) }</p>
            </div>
        }
    }

    /// The chosen head's weights.
    fn on_csv(&self) -> Callback<MouseEvent> {
        let n = self.text.len();
        let names: Vec<String> = (0..n).map(|i| self.name(i).replace('"', "\"\"")).collect();
        let head = self
            .inside
            .head(self.state.block as usize, self.state.head as usize);
        let head = head.to_vec();
        Callback::from(move |_| {
            let mut text = format!("token,\"{}\"\n", names.join("\",\""));
            for (name, row) in names.iter().zip(head.chunks(n)) {
                let row: Vec<String> = row.iter().map(|weight| format!("{weight:.4}")).collect();
                // Writing to a string does not fail.
                let _ = writeln!(text, "\"{name}\",{}", row.join(","));
            }
            save_csv(&text, "genscope-attention.csv");
        })
    }
}

/// Weights as bars over all places of a text, in a box of 64 by 16.
fn strip(row: &[f32], n: usize) -> String {
    let width = 64.0 / n.max(1) as f32;
    let mut path = String::new();
    for (i, weight) in row.iter().enumerate() {
        let height = 16.0 * weight.clamp(0.0, 1.0).sqrt();
        let x = i as f32 * width;
        // Writing to a string does not fail.
        let _ = write!(path, "M{x:.1} 16v-{height:.1}h{width:.1}v{height:.1}z");
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_bars() {
        assert_eq!(
            strip(&[0.25, 1.0], 4),
            "M0.0 16v-8.0h16.0v8.0zM16.0 16v-16.0h16.0v16.0z"
        );
        assert_eq!(strip(&[], 0), "");
    }
}
