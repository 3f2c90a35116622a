//! Polynomials of the backshift.

/// Of two polynomials, the constant first.
pub fn product(a: &[f64], b: &[f64]) -> Vec<f64> {
    let mut c = vec![0.0; a.len() + b.len() - 1];
    for (i, a) in a.iter().enumerate() {
        for (j, b) in b.iter().enumerate() {
            c[i + j] += a * b;
        }
    }
    c
}

/// `1 + sign (c_1 B + c_2 B² + …) · (1 + sign (C_1 B^s + …))` without its leading one, times `sign`: weights
/// of all lags of a product of a plain and a seasonal polynomial.
pub fn expanded(plain: &[f64], seasonal: &[f64], season: usize, sign: f64) -> Vec<f64> {
    let full = |c: &[f64], step: usize| {
        let mut full = vec![0.0; c.len() * step + 1];
        full[0] = 1.0;
        for (i, c) in c.iter().enumerate() {
            full[(i + 1) * step] = sign * c;
        }
        full
    };
    let product = product(&full(plain, 1), &full(seasonal, season));
    product[1..].iter().map(|c| sign * c).collect()
}

/// Weights of an autoregression that is stationary, from any numbers: each is made a partial correlation
/// in `-1..1`, and these give the weights by the recursion of Durbin and Levinson (Monahan 1984, *A note
/// on enforcing stationarity*, Biometrika 71).
pub fn stationary(free: &[f64]) -> Vec<f64> {
    let partials = free.iter().map(|u| u / (1.0 + u * u).sqrt());
    let mut weights: Vec<f64> = Vec::with_capacity(free.len());
    for r in partials {
        let before = weights.clone();
        let mirrored = before.iter().rev();
        for (w, back) in weights.iter_mut().zip(mirrored) {
            *w -= r * back;
        }
        weights.push(r);
    }
    weights
}

/// The inverse of [`stationary`]; weights at the edge of what is stationary, or beyond, come out as near it.
pub fn free(weights: &[f64]) -> Vec<f64> {
    let mut rest = weights.to_vec();
    let mut all = Vec::with_capacity(rest.len());
    while let Some(last) = rest.pop() {
        let r = last.clamp(-0.999, 0.999);
        all.push(r / (1.0 - r * r).sqrt());
        let mirrored: Vec<f64> = rest.iter().rev().copied().collect();
        for (w, back) in rest.iter_mut().zip(mirrored) {
            *w = (*w + r * back) / (1.0 - r * r);
        }
    }
    all.reverse();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_by_hand() {
        assert_eq!(product(&[1.0, -0.5], &[1.0, 2.0]), [1.0, 1.5, -1.0]);
        // (1 - 0.5 B)(1 - 0.2 B⁴) = 1 - 0.5 B - 0.2 B⁴ + 0.1 B⁵.
        let ar = expanded(&[0.5], &[0.2], 4, -1.0);
        assert_eq!(ar, [0.5, 0.0, 0.0, 0.2, -0.1]);
        let ma = expanded(&[0.5], &[0.2], 4, 1.0);
        assert_eq!(ma, [0.5, 0.0, 0.0, 0.2, 0.1]);
        assert!(expanded(&[], &[], 1, 1.0).is_empty());
    }

    /// AR(2) is stationary within its triangle: φ_2 < 1 - |φ_1|, φ_2 > -1.
    #[test]
    fn any_numbers_are_stationary_weights() {
        for u in [-30.0, -1.0, 0.0, 0.3, 8.0] {
            for v in [-9.0, -0.2, 0.0, 1.5, 40.0] {
                let w = stationary(&[u, v]);
                assert!(w[1] > -1.0 && w[1] + w[0].abs() < 1.0, "{w:?}");
                let again = stationary(&free(&w));
                assert!(
                    w.iter().zip(&again).all(|(a, b)| (a - b).abs() < 2e-2),
                    "{w:?} {again:?}"
                );
            }
        }
        let w = [0.4, -0.3, 0.2];
        let again = stationary(&free(&w));
        assert!(w.iter().zip(&again).all(|(a, b)| (a - b).abs() < 1e-12));
    }
}
