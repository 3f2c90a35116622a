//! An equation with its numbers in it, as MathML.
//!
//! The TeX names its numbers as `{name}`; they are shown with the accent colour. MathML is
//! read aloud by screen readers as it is, so there is no second, spoken text to keep true.

use pulldown_latex::config::DisplayMode;
use yew::prelude::*;

use crate::ui::content::mathml;

/// Properties of [`Equation`].
#[derive(Clone, PartialEq, Properties)]
pub struct EquationProps {
    /// The equation, e.g. `x_t = {signal}\,x_0 + {noise}\,\varepsilon`.
    pub tex: AttrValue,
    /// The number for each name.
    #[prop_or_default]
    pub values: Vec<(&'static str, f64)>,
    /// Digits after the point of every number.
    #[prop_or(2)]
    pub digits: usize,
}

/// One displayed equation.
#[component]
pub fn Equation(props: &EquationProps) -> Html {
    let html = equation_html(&props.tex, &props.values, props.digits);
    html! { <p class="eq">{ Html::from_html_unchecked(html.into()) }</p> }
}

fn equation_html(tex: &str, values: &[(&'static str, f64)], digits: usize) -> String {
    let mut tex = tex.to_owned();
    let mut numbers = Vec::new();
    for (name, value) in values {
        let number = number(*value, digits);
        tex = tex.replace(&format!("{{{name}}}"), &number);
        numbers.push(number);
    }
    numbers.sort();
    numbers.dedup();
    numbers
        .iter()
        .fold(mathml(&tex, DisplayMode::Inline), |html, number| {
            let digits = number.trim_start_matches('-');
            html.replace(
                &format!("<mn>{digits}</mn>"),
                &format!("<mn class=\"value\">{digits}</mn>"),
            )
        })
}

/// A number for TeX: never `-0.00`, never a word.
fn number(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    if !value.is_finite() {
        return "?".into();
    }
    match text.strip_prefix('-') {
        Some(rest) if rest.chars().all(|c| matches!(c, '0' | '.')) => rest.into(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_marked_and_subscripts_are_not() {
        let html = equation_html(
            r"x_t = {a}\,x_0 + {b}\,\varepsilon",
            &[("a", 0.8), ("b", 0.6)],
            2,
        );
        assert!(html.starts_with("<math"), "{html}");
        assert!(html.contains("<mn class=\"value\">0.80</mn>"), "{html}");
        assert!(html.contains("<mn class=\"value\">0.60</mn>"), "{html}");
        assert!(
            html.contains("<mn>0</mn>"),
            "the 0 of x_0 is no value: {html}"
        );
    }

    #[test]
    fn equal_numbers_are_marked_once_each() {
        let html = equation_html(r"{a} + {b}", &[("a", 0.5), ("b", 0.5)], 1);
        assert_eq!(html.matches("class=\"value\"").count(), 2, "{html}");
    }

    #[test]
    fn numbers_are_printed_plainly() {
        assert_eq!(number(-0.001, 2), "0.00");
        assert_eq!(number(-0.5, 2), "-0.50");
        assert_eq!(number(f64::NAN, 2), "?");
    }
}
