//! The series: those that come with the page, and the visitor's.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use serde::Deserialize;
use yew::prelude::*;

use super::own::Own;
use crate::models::series::{LEAST_VALUES, MOST_SEASON, MOST_VALUES};
use crate::ui::components::fetched::{Fetched, use_fetched};
use crate::ui::content::{self, texts};
use crate::ui::samples::fetch_text;
use crate::ui::state::Named;
use crate::ui::state::series::Chosen;

/// A series.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Series {
    /// What it is.
    pub title: String,
    /// What it is measured in.
    pub unit: String,
    /// Where it is from, with its licence.
    pub source: String,
    /// Steps of a season, 1 for none.
    pub season: u32,
    /// Are its logarithms modelled? Then all values are positive.
    pub log: bool,
    /// Where the first value stands on its axis.
    pub start: f64,
    /// Steps of one unit of the axis: 12 of months in years, 1 of days.
    pub per: f64,
    /// The values.
    pub values: Vec<f64>,
}

impl Series {
    /// Where value `t` stands on the axis.
    pub fn x(&self, t: usize) -> f64 {
        self.start + t as f64 / self.per
    }

    /// The values from the one at `first` on, with their places on the axis.
    pub fn points(&self, first: usize) -> Vec<(f64, f64)> {
        let shown = self.values.iter().enumerate().skip(first);
        shown.map(|(t, y)| (self.x(t), *y)).collect()
    }

    /// Value `t` in words: `March 1950`, `day 12`.
    pub fn place(&self, t: usize) -> String {
        if self.per == 12.0 {
            let months = texts::series::months::PLAIN.split(' ');
            let month = months.into_iter().nth(t % 12).unwrap_or_default();
            return format!("{month} {}", self.start + (t / 12) as f64);
        }
        let words = match self.is_own() || self.is_made() {
            true => texts::series::nth::PLAIN,
            false => texts::series::day_of::PLAIN,
        };
        content::fill(words, &[("n", self.x(t).to_string())])
    }

    /// Did the visitor bring it?
    pub fn is_own(&self) -> bool {
        self.source.is_empty()
    }

    /// Was it made for the page?
    fn is_made(&self) -> bool {
        self.unit == "no unit"
    }

    /// What its axis tells.
    pub fn axis(&self) -> &'static str {
        match self.per {
            12.0 => texts::series::year::PLAIN,
            _ if self.is_own() || self.is_made() => texts::series::step::PLAIN,
            _ => texts::series::day::PLAIN,
        }
    }

    /// What is modelled: the values, or their logarithms.
    pub fn modelled(&self) -> Vec<f64> {
        let one = |y: &f64| if self.log { y.ln() } else { *y };
        self.values.iter().map(one).collect()
    }

    /// The last value, as it is modelled.
    pub fn last(&self) -> f64 {
        self.modelled().last().copied().unwrap_or_default()
    }

    /// A modelled value as one of the series.
    pub fn back(&self, y: f64) -> f64 {
        if self.log { y.exp() } else { y }
    }

    fn is_sound(&self) -> bool {
        let n = self.values.len();
        let finite = |y: &f64| y.is_finite() && (!self.log || *y > 0.0);
        (LEAST_VALUES..=MOST_VALUES).contains(&n)
            && self.values.iter().all(finite)
            && (1..=MOST_SEASON).contains(&self.season)
            && self.per > 0.0
            && self.start.is_finite()
    }
}

/// All series of the page, by the names that links use.
pub type Shown = BTreeMap<String, Rc<Series>>;

fn read(text: &str) -> Result<Shown, String> {
    let all: BTreeMap<String, Series> = serde_json::from_str(text).map_err(|e| e.to_string())?;
    let known = Chosen::VALUES
        .iter()
        .filter(|chosen| **chosen != Chosen::Own);
    let is_whole = known
        .into_iter()
        .all(|chosen| all.contains_key(chosen.name()));
    if !is_whole || !all.values().all(Series::is_sound) {
        return Err("the file is damaged".into());
    }
    Ok(all
        .into_iter()
        .map(|(name, series)| (name, series.into()))
        .collect())
}

async fn fetch() -> Result<Shown, String> {
    read(&fetch_text("samples/series.json").await?)
}

thread_local! {
    /// What the visitor brought, for as long as the page is open: it is for all chapters.
    static OWN: RefCell<Option<Rc<Own>>> = const { RefCell::new(None) };
}

/// The series that a chapter shows, and what it takes to choose another.
pub struct Source {
    /// Those of the page.
    pub shown: Fetched<Shown>,
    /// Fetches them again.
    pub on_retry: Callback<MouseEvent>,
    /// The visitor's own.
    pub own: Option<Rc<Own>>,
    /// The visitor brings another.
    pub on_own: Callback<Own>,
    /// The one chosen, if it is here.
    pub series: Option<Rc<Series>>,
}

/// The series of the page and of the visitor.
#[hook]
pub fn use_series(chosen: Chosen) -> Source {
    let (shown, on_retry) = use_fetched(fetch);
    let own = use_state_eq(|| OWN.with_borrow(Clone::clone));
    let on_own = {
        let own = own.setter();
        Callback::from(move |brought: Own| {
            let brought = Some(Rc::new(brought));
            OWN.set(brought.clone());
            own.set(brought);
        })
    };
    let series = match chosen {
        Chosen::Own => own.as_ref().map(|own| own.series.clone()),
        shown_one => shown
            .ready()
            .and_then(|shown| shown.get(shown_one.name()).cloned()),
    };
    Source {
        shown,
        on_retry,
        own: (*own).clone(),
        on_own,
        series,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = include_str!("../../../../www/samples/series.json");

    #[test]
    fn the_series_are_sound_and_tell_their_source() {
        let all = read(FILE).expect("reads");
        assert_eq!(all.len(), Chosen::VALUES.len() - 1);
        assert!(all.values().all(|series| series.source.len() > 10));
        let airline = &all["airline"];
        assert_eq!(
            (airline.values.len(), airline.values[0], airline.values[143]),
            (144, 112.0, 432.0)
        );
        assert_eq!(airline.place(14), "March 1950");
        assert_eq!(all["seattle"].place(1), "day 2");
        assert!((airline.back(airline.modelled()[7]) - 148.0).abs() < 1e-9);
        assert!(read(&FILE.replace("112.0", "-1.0")).is_err());
        assert!(read(&FILE.replace("\"co2\"", "\"co3\"")).is_err());
        assert!(read(&FILE[..300]).is_err());
    }
}
