//! An equation with its numbers in it, as MathML.
//!
//! The formula is a text of the page (`content`), which names its numbers; here they are put
//! in, in the accent colour. MathML is read aloud by screen readers as it is, so there is no
//! second, spoken text to keep true.

use yew::prelude::*;

/// Properties of [`Equation`].
#[derive(Clone, PartialEq, Properties)]
pub struct EquationProps {
    /// The formula's MathML with `<mn>{name}</mn>` for each number, from `content::html`.
    pub formula: String,
    /// The measured or computed number for each name, shown in the accent colour.
    pub values: Vec<(&'static str, f64)>,
    /// Whole numbers that only name a place, such as a time.
    #[prop_or_default]
    pub indices: Vec<(&'static str, usize)>,
}

/// One displayed equation.
#[component]
pub fn Equation(props: &EquationProps) -> Html {
    let html = equation_html(props);
    html! { <div class="eq">{ Html::from_html_unchecked(html.into()) }</div> }
}

fn equation_html(props: &EquationProps) -> String {
    let mut html = props.formula.clone();
    for (name, value) in &props.values {
        let number = number(*value);
        let shown = format!("<mn class=\"value\">{number}</mn>");
        html = html.replace(&format!("<mn>{{{name}}}</mn>"), &shown);
    }
    for (name, index) in &props.indices {
        html = html.replace(&format!("{{{name}}}"), &index.to_string());
    }
    html
}

/// A number with two decimals: never `-0.00`, never a word.
fn number(value: f64) -> String {
    let text = format!("{value:.2}");
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

    fn filled(formula: &str, values: &[(&'static str, f64)], t: usize) -> String {
        equation_html(&EquationProps {
            formula: formula.into(),
            values: values.to_vec(),
            indices: vec![("t", t)],
        })
    }

    #[test]
    fn values_are_marked_and_indices_are_not() {
        let html = filled("<mn>{t}</mn> <mn>{a}</mn> <mn>0</mn>", &[("a", 0.8)], 7);
        assert_eq!(html, "<mn>7</mn> <mn class=\"value\">0.80</mn> <mn>0</mn>");
    }

    /// The formulas that the page shows have no place left open.
    #[test]
    fn every_place_is_filled() {
        let html = crate::ui::content::texts::diffusion::noise_step::HTML.to_owned();
        let html = filled(&html, &[("signal", 0.8), ("noise", 0.6)], 300);
        assert!(html.contains("<math") && html.contains("0.80") && html.contains("300"));
        assert!(!html.contains('{'), "{html}");
    }

    #[test]
    fn numbers_are_printed_plainly() {
        assert_eq!(number(-0.001), "0.00");
        assert_eq!(number(-0.5), "-0.50");
        assert_eq!(number(f64::NAN), "?");
    }
}
