//! The autoregressive room, on series: what comes next, by a weighted sum of what was.

mod arima;
mod data;
mod deep;
mod held;
mod own;
mod past;
mod pick;
mod rivals;
mod run;
mod scores;
mod sketch;
mod stage;
mod task;

use self::arima::ArimaChapter;
use self::deep::DeepChapter;
use self::past::PastChapter;
use self::rivals::RivalsChapter;
use crate::part;
use crate::ui::content::texts;

const SOURCES: [&str; 2] = [texts::series::sources::TITLE, texts::series::sources::HTML];

part!(series, SOURCES;
    Past: PastChapter, Some([texts::series_past::story_lead::TITLE, texts::series_past::story_lead::HTML, texts::series_past::story_take::HTML]), |_| past::story();
    Arima: ArimaChapter, Some([texts::series_arima::story_lead::TITLE, texts::series_arima::story_lead::HTML, texts::series_arima::story_take::HTML]), |_| arima::story();
    Deep: DeepChapter, Some([texts::series_deep::story_lead::TITLE, texts::series_deep::story_lead::HTML, texts::series_deep::story_take::HTML]), |_| deep::story();
    Rivals: RivalsChapter, Some([texts::series_rivals::story_lead::TITLE, texts::series_rivals::story_lead::HTML, texts::series_rivals::story_take::HTML]), |_| rivals::story();
    "series.css"
);

/// A number with as many digits as tell something: three or more.
fn number(value: f64) -> String {
    let digits = match value.abs() {
        0.0 => 0,
        size if size >= 1000.0 => 0,
        size if size >= 100.0 => 1,
        size if size >= 1.0 => 2,
        size if size >= 0.01 => 4,
        _ => 6,
    };
    format!("{value:.digits$}").replace('-', "\u{2212}")
}

/// From the least to the most of some values, with a little room.
fn range(values: impl Iterator<Item = f64>) -> [f64; 2] {
    let [low, high] = values
        .filter(|value| value.is_finite())
        .fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], value| {
            [low.min(value), high.max(value)]
        });
    if low > high {
        return [0.0, 1.0];
    }
    let room = 0.06 * (high - low).max(1e-9 * high.abs()).max(1e-12);
    [low - room, high + room]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_digits_that_tell() {
        let told = [0.0, 1234.5, 123.45, -1.234, 0.01234, 0.001_234].map(number);
        assert_eq!(
            told,
            ["0", "1234", "123.5", "\u{2212}1.23", "0.0123", "0.001234"]
        );
        assert_eq!(range([].into_iter()), [0.0, 1.0]);
        let [low, high] = range([3.0, f64::NAN, 3.0].into_iter());
        assert!(low < 3.0 && high > 3.0);
    }
}
