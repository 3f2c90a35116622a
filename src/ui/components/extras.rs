//! What a transport offers besides playing: a link to what is seen, and files of it.

use std::rc::Rc;

use web_sys::HtmlCanvasElement;
use yew::prelude::*;

use super::icon::{Icon, IconButton};
use super::save::{points_csv, save_canvas, save_csv};
use super::share::ShareButton;
use crate::ui::router::link;
use crate::ui::state::Route;

/// Shares `route`, and saves a picture if there `is_some`; `label` says of what.
pub fn extras(route: Route, label: &'static str, is_some: bool, on_png: Callback<()>) -> Html {
    html! {
        <>
            <ShareButton link={link(&route)} />
            <IconButton class="save" icon={Icon::Save} {label} disabled={!is_some} onclick={on_png} />
        </>
    }
}

/// Shares `route`, saves what is on `canvas` under `name`, and saves `points`, `[n, 2]`, as a table
/// (`title` says so).
pub fn plane_extras(
    route: Route,
    canvas: &NodeRef,
    name: &str,
    points: Rc<Vec<f32>>,
    title: &'static str,
) -> Html {
    let on_png = {
        let (canvas, file) = (canvas.clone(), format!("{name}.png"));
        Callback::from(move |()| {
            if let Some(canvas) = canvas.cast::<HtmlCanvasElement>() {
                save_canvas(&canvas, &file);
            }
        })
    };
    let (disabled, file) = (points.is_empty(), format!("{name}.csv"));
    let onclick = Callback::from(move |_: MouseEvent| {
        save_csv(&points_csv(&points), &file);
    });
    html! {
        <>
            { extras(route, "Save PNG", true, on_png) }
            <button type="button" class="button csv" {disabled} {title} {onclick}>{ "CSV" }</button>
        </>
    }
}
