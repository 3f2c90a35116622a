//! The autoregressive room, on pictures: what comes next, one pixel after another.

mod finish;
mod grow;
mod likely;
mod run;
mod sees;

use yew::prelude::*;

use self::finish::FinishChapter;
use self::grow::GrowChapter;
use self::likely::LikelyChapter;
use self::sees::SeesChapter;
use crate::part;
use crate::ui::content::texts;
use crate::ui::state::Named;
use crate::ui::state::pixel::Maker;

const SOURCES: [&str; 2] = [texts::pixel::sources::TITLE, texts::pixel::sources::HTML];

part!(pixel, SOURCES;
    Grow: GrowChapter, Some([texts::pixel_grow::story_lead::TITLE, texts::pixel_grow::story_lead::HTML, texts::pixel_grow::story_take::HTML]), |_| grow::story();
    Sees: SeesChapter, Some([texts::pixel_sees::story_lead::TITLE, texts::pixel_sees::story_lead::HTML, texts::pixel_sees::story_take::HTML]), |_| sees::story();
    Finish: FinishChapter, Some([texts::pixel_finish::story_lead::TITLE, texts::pixel_finish::story_lead::HTML, texts::pixel_finish::story_take::HTML]), |_| finish::story();
    Likely: LikelyChapter, Some([texts::pixel_likely::story_lead::TITLE, texts::pixel_likely::story_lead::HTML, texts::pixel_likely::story_take::HTML]), |_| likely::story();
    "pixel.css", "board.css", "odds.css"
);

/// PixelCNN or PixelRNN.
fn maker_control(maker: Maker, on: Callback<Maker>) -> Html {
    crate::ui::components::choice::choose(
        texts::pixel::maker::PLAIN,
        "net",
        Maker::VALUES,
        maker,
        |maker| maker.title().to_owned(),
        on,
    )
}

/// Chances that are to one another as two to the power of minus these bits.
fn chances(bits: &[f32]) -> Vec<f32> {
    let least = bits.iter().copied().fold(f32::INFINITY, f32::min);
    let weights: Vec<f32> = bits.iter().map(|bits| (least - bits).exp2()).collect();
    let sum: f32 = weights.iter().sum();
    weights.into_iter().map(|weight| weight / sum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bit_less_is_twice_as_likely() {
        let got = chances(&[700.0, 701.0, 702.0]);
        let want = [4.0, 2.0, 1.0].map(|w| w / 7.0);
        assert!(got.iter().zip(want).all(|(a, b)| (a - b).abs() < 1e-6));
    }
}
