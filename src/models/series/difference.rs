//! Differences: what is left of a series when its level, its slope or its season is taken away.

use super::Spec;

/// `y_t - y_{t-lag}`, shorter by `lag`.
pub fn difference(y: &[f64], lag: usize) -> Vec<f64> {
    let later = y.iter().skip(lag);
    later.zip(y).map(|(later, before)| later - before).collect()
}

/// What is modelled of a series, step by step: itself, without its season (`D` times), then without its
/// level (`d` times). The last is [`worked`].
pub fn stages(y: &[f64], spec: &Spec) -> Vec<Vec<f64>> {
    let mut all = vec![y.to_vec()];
    let lags = std::iter::repeat_n(spec.season as usize, spec.seasonal.d as usize)
        .chain(std::iter::repeat_n(1, spec.order.d as usize));
    for lag in lags {
        let next = difference(all.last().map_or(&[], |y| y), lag);
        all.push(next);
    }
    all
}

/// The differences of a series that a model is fitted to.
pub fn worked(y: &[f64], spec: &Spec) -> Vec<f64> {
    stages(y, spec).pop().unwrap_or_default()
}

/// `δ_1 …` of `y_t = w_t + Σ δ_j y_{t-j}`: how a value follows from its difference and those before it.
pub fn back(spec: &Spec) -> Vec<f64> {
    let mut product = vec![1.0];
    let lags = std::iter::repeat_n(spec.season as usize, spec.seasonal.d as usize)
        .chain(std::iter::repeat_n(1, spec.order.d as usize));
    for lag in lags {
        let mut factor = vec![0.0; lag + 1];
        (factor[0], factor[lag]) = (1.0, -1.0);
        product = super::polynomial::product(&product, &factor);
    }
    product[1..].iter().map(|c| -c).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::series::Order;

    #[test]
    fn differences_go_back() {
        let spec = Spec {
            order: Order::new(0, 1, 0),
            seasonal: Order::new(0, 1, 0),
            season: 4,
            constant: false,
        };
        let y: Vec<f64> = (0..20)
            .map(|t| f64::from(t * t % 7) + f64::from(t))
            .collect();
        let w = worked(&y, &spec);
        assert_eq!(w.len(), y.len() - spec.lost());
        let back = back(&spec);
        assert_eq!(back, [1.0, 0.0, 0.0, 1.0, -1.0]);
        for (t, w) in (spec.lost()..).zip(&w) {
            let sum: f64 = back.iter().enumerate().map(|(j, b)| b * y[t - 1 - j]).sum();
            assert!((w + sum - y[t]).abs() < 1e-12);
        }
    }

    /// A straight line with a season of its own has nothing left.
    #[test]
    fn a_line_and_a_season_are_taken_away() {
        let y: Vec<f64> = (0..24)
            .map(|t| 3.0 * f64::from(t) + f64::from(t % 4))
            .collect();
        let spec = Spec {
            order: Order::new(0, 1, 0),
            seasonal: Order::new(0, 1, 0),
            season: 4,
            constant: false,
        };
        let stages = stages(&y, &spec);
        assert!(stages[1].iter().all(|w| (w - 12.0).abs() < 1e-12));
        assert!(stages[2].iter().all(|w| w.abs() < 1e-12));
    }
}
