//! Which orders: differences by what the series shows, the others by Akaike's criterion, step by step
//! (Hyndman and Khandakar 2008, *Automatic Time Series Forecasting: The forecast Package for R*, Journal of
//! Statistical Software 27).
//!
//! Criteria of models with different differences are of different data: they do not compare. So the season is
//! taken away if it is strong, one difference is taken if the level does not stay, and only then models are
//! compared.

use std::collections::HashSet;

use super::difference::difference;
use super::fit::Fitting;
use super::looks::{KPSS_5, STRONG_SEASON, kpss, season_strength};
use super::told::{Fit, Grounds, Tried};
use super::{MOST_ORDER, Order, Spec};

/// What a step of a choice came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Went {
    /// A model is being fitted.
    On,
    /// One was tried.
    Tried(Tried),
    /// No model near the best is left.
    Over,
}

/// A choice under way.
pub struct Choice {
    y: Vec<f64>,
    /// Why these differences.
    pub grounds: Grounds,
    queue: Vec<Spec>,
    seen: HashSet<Spec>,
    under_way: Option<Fitting>,
    /// The best so far.
    pub best: Option<Fit>,
}

/// Seasonal orders at most.
const MOST_SEASONAL: u32 = 1;

impl Choice {
    /// Begins to choose for a series with a season of so many steps (1 for none).
    pub fn new(y: &[f64], season: u32) -> Self {
        let strength = season_strength(y, season as usize);
        let has_season = season > 1 && y.len() > 3 * season as usize;
        let seasonal_d = u32::from(has_season && strength > STRONG_SEASON);
        let rest = match seasonal_d {
            0 => y.to_vec(),
            _ => difference(y, season as usize),
        };
        let wander = kpss(&rest);
        let d = u32::from(wander > KPSS_5);
        let spec = |p, q, seasonal_p, seasonal_q| Spec {
            order: Order::new(p, d, q),
            seasonal: match has_season {
                true => Order::new(seasonal_p, seasonal_d, seasonal_q),
                false => Order::default(),
            },
            season: if has_season { season } else { 1 },
            constant: d + seasonal_d < 2,
        };
        Self {
            y: y.to_vec(),
            grounds: Grounds {
                season: strength,
                kpss: wander,
            },
            // The last is first.
            queue: vec![
                spec(2, 2, 1, 1),
                spec(0, 1, 0, 1),
                spec(1, 0, 1, 0),
                spec(0, 0, 0, 0),
            ],
            seen: HashSet::new(),
            under_way: None,
            best: None,
        }
    }

    /// A step on the way.
    pub fn step(&mut self) -> Went {
        if let Some(fitting) = &mut self.under_way {
            let Some(fit) = fitting.step() else {
                return Went::On;
            };
            self.under_way = None;
            return Went::Tried(self.judge(fit));
        }
        while let Some(spec) = self.queue.pop() {
            if !self.seen.insert(spec) {
                continue;
            }
            return match Fitting::new(&spec, &self.y, true) {
                Ok(fitting) => {
                    self.under_way = Some(fitting);
                    Went::On
                }
                Err(_) => Went::Tried(Tried { spec, aic: None }),
            };
        }
        Went::Over
    }

    fn judge(&mut self, fit: Fit) -> Tried {
        let spec = fit.spec;
        let is_sound = fit.arrived && !fit.at_edge && fit.aic().is_finite();
        let tried = Tried {
            spec,
            aic: is_sound.then(|| fit.aic()),
        };
        let best = self.best.as_ref().map_or(f64::INFINITY, Fit::aic);
        if is_sound && fit.aic() < best {
            self.best = Some(fit);
            self.queue.extend(neighbours(&spec));
        }
        tried
    }

    /// The first that can be fitted at all, where none is sound.
    pub fn fallback(&self) -> Option<Fit> {
        let plain = Spec {
            order: Order::default(),
            seasonal: Order::default(),
            season: 1,
            constant: true,
        };
        Fitting::new(&plain, &self.y, true).ok().map(Fitting::run)
    }
}

/// Models one step away.
fn neighbours(spec: &Spec) -> Vec<Spec> {
    let by = |p: i32, q: i32, seasonal_p: i32, seasonal_q: i32| -> Option<Spec> {
        let moved = |order: Order, p: i32, q: i32, most: u32| {
            let [p, q] = [
                order.p.checked_add_signed(p)?,
                order.q.checked_add_signed(q)?,
            ];
            (p <= most && q <= most).then_some(Order { p, q, ..order })
        };
        let order = moved(spec.order, p, q, MOST_ORDER)?;
        let seasonal = moved(spec.seasonal, seasonal_p, seasonal_q, MOST_SEASONAL)?;
        let is_one = spec.season > 1 || seasonal == Order::default();
        is_one.then_some(Spec {
            order,
            seasonal,
            ..*spec
        })
    };
    let mut all = vec![
        Some(Spec {
            constant: !spec.constant,
            ..*spec
        })
        .filter(|other| !other.constant || spec.order.d + spec.seasonal.d < 2),
        by(0, 0, -1, -1),
        by(0, 0, 1, 1),
        by(-1, -1, 0, 0),
        by(1, 1, 0, 0),
    ];
    for step in [-1, 1] {
        all.push(by(0, 0, 0, step));
        all.push(by(0, 0, step, 0));
        all.push(by(0, step, 0, 0));
        all.push(by(step, 0, 0, 0));
    }
    all.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::super::fit::tests::simulated;
    use super::*;
    use crate::models::series::kalman::Arma;

    fn chosen(y: &[f64], season: u32) -> (Vec<Tried>, Fit) {
        let mut choice = Choice::new(y, season);
        let mut all = Vec::new();
        loop {
            match choice.step() {
                Went::On => {}
                Went::Tried(tried) => all.push(tried),
                Went::Over => break,
            }
        }
        (all, choice.best.expect("one is sound"))
    }

    /// Of an AR(1), of a walk: the right differences, few weights, and none tried twice.
    #[test]
    fn simple_series_get_simple_models() {
        let y = simulated(
            &Arma {
                ar: vec![0.8],
                ma: vec![],
            },
            300,
            4,
        );
        let (all, best) = chosen(&y, 1);
        assert_eq!(best.spec.order.d, 0);
        assert!(
            best.spec.order.p >= 1 && best.spec.weights() <= 4,
            "{}",
            best.spec
        );
        let specs: HashSet<_> = all.iter().map(|tried| tried.spec).collect();
        assert_eq!(specs.len(), all.len());
        let least = all
            .iter()
            .filter_map(|tried| tried.aic)
            .fold(f64::INFINITY, f64::min);
        assert!((best.aic() - least).abs() < 1e-9);
        let walk: Vec<f64> = simulated(
            &Arma {
                ar: vec![],
                ma: vec![],
            },
            200,
            2,
        )
        .iter()
        .scan(0.0, |sum, y| {
            *sum += y;
            Some(*sum)
        })
        .collect();
        assert_eq!(chosen(&walk, 1).1.spec.order.d, 1);
    }
}
