//! The top bar: rooms, engine, colours.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::protocol::EngineKind;
use crate::ui::chapters::Room;
use crate::ui::host::scheduler::{Adapter, Status, StepTimes};
use crate::ui::host::use_engines;
use crate::ui::memory::{recall, remember};
use crate::ui::state::EngineChoice;

/// Properties of [`Header`].
#[derive(Properties, PartialEq)]
pub struct HeaderProps {
    /// The room shown.
    pub room: Room,
    /// The visitor chooses an engine.
    pub on_engine: Callback<EngineChoice>,
}

/// The top bar.
#[component]
pub fn Header(props: &HeaderProps) -> Html {
    html! {
        <header class="top">
            <a class="brand" href="#/">{ "genscope" }</a>
            <nav class="nav" aria-label="Rooms">
                { for Room::ALL.into_iter().map(|room| nav_item(room, room == props.room)) }
            </nav>
            <div class="tools">
                <EnginePill on_engine={props.on_engine.clone()} />
                <ThemeButton />
            </div>
        </header>
    }
}

fn nav_item(room: Room, here: bool) -> Html {
    let class = classes!("room-link", format!("family-{}", room.id()));
    html! {
        <a {class} href={room.href()} aria-current={here.then_some("page")}>
            <i aria-hidden="true" />{ room.title() }
        </a>
    }
}

#[derive(Properties, PartialEq)]
struct EnginePillProps {
    on_engine: Callback<EngineChoice>,
}

/// Which engine computes and how fast, and the choice of it.
#[component]
fn EnginePill(props: &EnginePillProps) -> Html {
    let status = use_engines().status;
    let onchange = props.on_engine.reform(|event: Event| {
        let select = event.target_dyn_into::<HtmlSelectElement>();
        let id = select.map(|select| select.value()).unwrap_or_default();
        EngineChoice::from_id(&id).unwrap_or_default()
    });
    let light = match (status.busy, status.ready) {
        (true, _) => "busy",
        (_, true) => "ready",
        _ => "off",
    };
    html! {
        <div class="engine" title={title(&status)}>
            <i class={light} aria-hidden="true" />
            <select aria-label="Engine" {onchange}>
                { for EngineChoice::ALL.into_iter().map(|choice| html! {
                    <option value={choice.id()} selected={choice == status.choice}>
                        { choice_name(choice, &status) }
                    </option>
                }) }
            </select>
            <span class="num speed-now">{ speed(&status) }</span>
        </div>
    }
}

/// The closed choice is too narrow for what Auto has found out.
fn title(status: &Status) -> String {
    match status.times {
        Some(_) if status.choice == EngineChoice::Auto => choice_name(status.choice, status),
        _ => "Where the models run".into(),
    }
}

fn choice_name(choice: EngineChoice, status: &Status) -> String {
    match choice {
        EngineChoice::Auto => match (status.engine, status.times) {
            (Some(engine), Some(times)) => format!("Auto: {}", because(engine, times)),
            (Some(engine), None) => format!("Auto: {}", engine_name(engine)),
            (None, _) => "Auto".into(),
        },
        EngineChoice::Cpu => "CPU".into(),
        EngineChoice::Gpu => match status.adapter {
            Adapter::Missing => "WebGPU (none here)".into(),
            Adapter::Software => "WebGPU (in software)".into(),
            Adapter::Unknown | Adapter::Hardware => "WebGPU".into(),
        },
    }
}

/// An engine's name, and why it computes where it is the quicker one.
fn because(engine: EngineKind, times: StepTimes) -> String {
    let StepTimes { cpu_ms, gpu_ms } = times;
    let name = engine_name(engine);
    let (here, there) = match engine {
        EngineKind::Cpu => (cpu_ms, gpu_ms),
        EngineKind::Gpu => (gpu_ms, cpu_ms),
    };
    if engine == times.quicker() {
        format!("{name}, because {here:.0} ms here against {there:.0} ms")
    } else {
        name.into()
    }
}

/// An engine's name for the visitor.
pub fn engine_name(engine: EngineKind) -> &'static str {
    match engine {
        EngineKind::Cpu => "CPU",
        EngineKind::Gpu => "WebGPU",
    }
}

fn speed(status: &Status) -> String {
    status
        .step_ms
        .map(|ms| format!("{ms:.0} ms/step"))
        .unwrap_or_default()
}

const THEME_KEY: &str = "genscope.theme";
const THEMES: [(&str, &str); 3] = [
    ("auto", "Colours: as the system"),
    ("light", "Colours: light"),
    ("dark", "Colours: dark"),
];

/// Goes round automatic, light and dark colours; kept in the browser.
#[component]
fn ThemeButton() -> Html {
    let theme = use_state(|| {
        let stored = recall(THEME_KEY).unwrap_or_default();
        THEMES.iter().position(|(id, _)| *id == stored).unwrap_or(0)
    });
    use_effect_with(*theme, |&theme| {
        if let Some(root) = gloo_utils::document().document_element() {
            // Refused only where there is no storage or no such attribute; then it is just not kept.
            let _ = root.set_attribute("data-theme", THEMES[theme].0);
            remember(THEME_KEY, THEMES[theme].0);
            // Canvases take their colours from the theme when they are drawn.
            if let Ok(event) = web_sys::Event::new("resize") {
                let _ = gloo_utils::window().dispatch_event(&event);
            }
        }
    });
    let label = THEMES[*theme].1;
    let shown = ["◐", "☀", "☾"][*theme];
    let onclick = {
        let theme = theme.clone();
        move |_: MouseEvent| theme.set((*theme + 1) % THEMES.len())
    };
    html! {
        <button type="button" class="button square theme" aria-label={label} title={label} {onclick}>
            { shown }
        </button>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn auto_tells_why() {
        let status = |cpu_ms, gpu_ms| Status {
            engine: Some(EngineKind::Cpu),
            times: Some(StepTimes { cpu_ms, gpu_ms }),
            ..Status::default()
        };
        let told = |status: Status| choice_name(EngineChoice::Auto, &status);
        assert_eq!(
            told(status(23.2, 41.0)),
            "Auto: CPU, because 23 ms here against 41 ms"
        );
        assert_eq!(told(status(41.0, 23.0)), "Auto: CPU");
        assert_eq!(told(Status::default()), "Auto");
    }
}
