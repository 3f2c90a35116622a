//! A sheet of equal fields, one of which is chosen: by pointer, or with the arrow keys.

use web_sys::{KeyboardEvent, MouseEvent};
use yew::prelude::*;

use super::pen::share;

/// Properties of [`Board`].
#[derive(Properties, PartialEq)]
pub struct BoardProps {
    /// Fields a row.
    pub columns: usize,
    /// Fields in all.
    pub count: usize,
    /// The chosen one.
    pub chosen: usize,
    /// What is chosen here.
    pub label: AttrValue,
    /// The chosen one in words.
    pub spoken: AttrValue,
    /// The visitor chooses another.
    pub on_pick: Callback<usize>,
    /// What lies under the fields, as large as the board.
    pub children: Html,
}

/// A board. For assistive technology it is a slider over its fields.
#[component]
pub fn Board(props: &BoardProps) -> Html {
    let (columns, count, chosen) = (props.columns, props.count, props.chosen);
    let rows = count.div_ceil(columns);
    let onkeydown = {
        let on_pick = props.on_pick.clone();
        Callback::from(move |event: KeyboardEvent| {
            if let Some(field) = after_key(&event.key(), chosen, columns, count) {
                event.prevent_default();
                on_pick.emit(field);
            }
        })
    };
    let onclick = {
        let on_pick = props.on_pick.clone();
        Callback::from(move |event: MouseEvent| {
            let place = share(&event);
            if let Some(field) = place.and_then(|(_, at)| field_at(at, columns, count)) {
                on_pick.emit(field);
            }
        })
    };
    let style = mark(chosen, columns, rows);
    let fields = format!("--columns:{columns};--rows:{rows}");
    html! {
        <div class="board" role="slider" tabindex="0" data-keys="" style={fields} aria-label={props.label.clone()}
            aria-valuemin="1" aria-valuemax={count.to_string()} aria-valuenow={(chosen + 1).to_string()}
            aria-valuetext={props.spoken.clone()} {onkeydown} {onclick}>
            { props.children.clone() }
            <i class="board-mark" {style} />
        </div>
    }
}

/// Where the mark of a field lies, as a style.
pub fn mark(field: usize, columns: usize, rows: usize) -> String {
    let (width, height) = (100.0 / columns as f64, 100.0 / rows as f64);
    let (left, top) = (
        width * (field % columns) as f64,
        height * (field / columns) as f64,
    );
    format!("left:{left:.3}%;top:{top:.3}%;width:{width:.3}%;height:{height:.3}%")
}

/// The field that a key leads to; `None` for keys that mean nothing here.
fn after_key(key: &str, chosen: usize, columns: usize, count: usize) -> Option<usize> {
    let to = match key {
        "ArrowLeft" => chosen.checked_sub(1),
        "ArrowRight" => Some(chosen + 1),
        "ArrowUp" => chosen.checked_sub(columns),
        "ArrowDown" => Some(chosen + columns),
        "Home" => Some(0),
        "End" => Some(count.saturating_sub(1)),
        _ => return None,
    };
    // At the edge the key does nothing, but it is the board's.
    Some(to.filter(|&to| to < count).unwrap_or(chosen))
}

/// The field at a place, which is given in shares of the board's width and height.
fn field_at([x, y]: [f32; 2], columns: usize, count: usize) -> Option<usize> {
    let rows = count.div_ceil(columns);
    // A cast of a negative number gives 0.
    let place = |share: f32, fields: usize| ((share * fields as f32) as usize).min(fields - 1);
    let field = place(y, rows) * columns + place(x, columns);
    (field < count).then_some(field)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrow_keys_stay_on_the_board() {
        let key = |key, chosen| after_key(key, chosen, 7, 49);
        assert_eq!(key("ArrowRight", 6), Some(7));
        assert_eq!(key("ArrowLeft", 0), Some(0));
        assert_eq!(key("ArrowUp", 6), Some(6));
        assert_eq!(key("ArrowDown", 41), Some(48));
        assert_eq!(key("ArrowDown", 42), Some(42));
        assert_eq!((key("Home", 9), key("End", 9)), (Some(0), Some(48)));
        assert_eq!(key("Tab", 9), None);
    }

    #[test]
    fn clicks_find_their_field() {
        assert_eq!(field_at([0.0, 0.0], 12, 48), Some(0));
        assert_eq!(field_at([0.99, 0.99], 12, 48), Some(47));
        assert_eq!(field_at([0.5, 0.3], 12, 48), Some(18));
        assert_eq!(field_at([0.9, 0.9], 3, 5), None, "the last row is short");
        assert_eq!(field_at([-0.1, 1.1], 3, 6), Some(3));
    }
}
