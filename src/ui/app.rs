//! The root component: location, engines, notices, and the room that is shown.

use std::rc::Rc;

use yew::prelude::*;

use super::bench;
use super::chapters::Room;
use super::components::header::Header;
use super::components::notices::Notices;
use super::errors::{Notice, WayOn};
use super::host::scheduler::Trouble;
use super::host::{Engines, Host, HostEvent};
use super::memory::{recall, remember};
use super::rooms::diffusion::{self, DIGITS_MODEL};
use super::rooms::frame::RoomFrame;
use super::rooms::gan;
use super::rooms::guide;
use super::rooms::landing::Landing;
use super::rooms::{text, vae};
use super::router::{Change, Follow, use_follow_context, use_location};
use super::state::{EngineChoice, Page};

const ENGINE_KEY: &str = "genscope.engine";

/// What the root component knows beside the location.
#[derive(Clone, Debug, Default, PartialEq)]
struct Shell {
    engines: Engines,
    notices: Vec<Notice>,
}

enum Happening {
    Host(HostEvent),
    Notice(Notice),
    Close(usize),
    Way(WayOn),
}

impl Reducible for Shell {
    type Action = Happening;

    fn reduce(self: Rc<Self>, happening: Happening) -> Rc<Self> {
        let mut next = (*self).clone();
        match happening {
            Happening::Host(HostEvent::Status(status)) => next.engines.status = status,
            Happening::Host(HostEvent::Manifest(manifest)) => {
                next.engines.manifest = Some(manifest)
            }
            Happening::Host(HostEvent::Trouble(trouble)) => {
                next.engines.outdated |= trouble == Trouble::Stale;
                next.add(Notice::trouble(&trouble));
            }
            Happening::Host(HostEvent::GivenUp) => {
                next.notices.retain(|n| n.way_on != Some(WayOn::Retry));
            }
            Happening::Notice(notice) => next.add(notice),
            Happening::Close(number) if number < next.notices.len() => {
                next.notices.remove(number);
            }
            Happening::Close(_) => {}
            // One that offers another way is not done with.
            Happening::Way(way) => next.notices.retain(|n| n.way_on.is_some_and(|w| w != way)),
        }
        Rc::new(next)
    }
}

impl Shell {
    /// Adds a notice, once.
    fn add(&mut self, notice: Notice) {
        self.notices.retain(|old| old.text != notice.text);
        self.notices.push(notice);
    }
}

/// The page.
#[component]
pub fn App() -> Html {
    let location = use_location();
    let shell = use_reducer_eq(Shell::default);
    let route = &location.page.route;
    let choice = location.page.engine.unwrap_or_else(stored_choice);
    let host = use_host_of_the_page(&shell, choice, &location.page);
    use_choice(&host, choice);
    use_fault(&host, location.page.fault);
    use_effect_with(host.clone(), |host| {
        bench::offer(host);
        bench::mark(bench::INTERACTIVE);
    });
    {
        let shell = shell.dispatcher();
        // What a link says is known when its chapter is here.
        let said = (location.problems.clone(), route.is_read());
        use_effect_with(said, move |(problems, is_read)| {
            if *is_read && !problems.is_empty() {
                shell.dispatch(Happening::Notice(Notice::nonsense(problems)));
            }
        });
    }
    use_effect_with(route.room(), |room| {
        gloo_utils::document().set_title(&title(*room))
    });

    let on_engine = {
        let location = location.dispatcher();
        Callback::from(move |choice: EngineChoice| {
            remember(ENGINE_KEY, choice.id());
            location.dispatch(Change::Engine(choice));
        })
    };
    let on_way = {
        let (shell, host, on_engine) = (shell.dispatcher(), host.clone(), on_engine.clone());
        Callback::from(move |way| {
            shell.dispatch(Happening::Way(way));
            match way {
                WayOn::Retry => host.retry(),
                WayOn::UseCpu => on_engine.emit(EngineChoice::Cpu),
                // Refused only by a browser that is closing the page.
                WayOn::Reload => drop(gloo_utils::window().location().reload()),
            }
        })
    };
    let on_close = {
        let shell = shell.dispatcher();
        Callback::from(move |number| shell.dispatch(Happening::Close(number)))
    };
    let on_route = {
        let location = location.dispatcher();
        Callback::from(move |route| location.dispatch(Change::Controls(route)))
    };
    let on_here = {
        let location = location.dispatcher();
        Callback::from(move |()| location.dispatch(Change::Read))
    };
    let text = match route.room() {
        Room::Diffusion => Some(diffusion::text()),
        Room::Gan => Some(gan::text()),
        Room::Vae => Some(vae::text()),
        Room::Autoregressive => Some(text::around()),
        Room::Guide => Some(guide::text()),
        _ => None,
    };
    let room = match route.chapter().zip(text) {
        Some((chapter, text)) => {
            let route = route.clone();
            let on_tour = location.page.tour.is_some();
            html! { <RoomFrame {text} {chapter} {route} {on_tour} {on_route} {on_here} /> }
        }
        None => html! { <Landing /> },
    };
    let follow = use_follow_context(&location);
    html! {
        <ContextProvider<Host> context={host}>
            <ContextProvider<Engines> context={shell.engines.clone()}>
                <ContextProvider<Follow> context={follow}>
                    if let Some(lock) = &location.page.lock { <style>{ lock.css() }</style> }
                    <Header room={route.room()} {on_engine} />
                    <Notices notices={shell.notices.clone()} {on_way} {on_close} />
                    { room }
                </ContextProvider<Follow>>
            </ContextProvider<Engines>>
        </ContextProvider<Host>>
    }
}

fn title(room: Room) -> String {
    match room {
        Room::Overview => "genscope: see generative AI run".into(),
        room => format!("{} · genscope", room.title()),
    }
}

/// The page's engines. The CPU engine starts at once, with the model that the overview and the room
/// of diffusion begin with; who comes for another room does not wait for it.
#[hook]
fn use_host_of_the_page(
    shell: &UseReducerHandle<Shell>,
    choice: EngineChoice,
    page: &Page,
) -> Host {
    let shell = shell.dispatcher();
    let host = use_memo((), |()| {
        let on = Callback::from(move |event| shell.dispatch(Happening::Host(event)));
        let host = Host::new(choice, page.patience_s, on);
        if [Room::Overview, Room::Diffusion].contains(&page.route.room()) {
            host.preload(DIGITS_MODEL);
        } else {
            host.list_models();
        }
        host
    });
    (*host).clone()
}

#[hook]
fn use_choice(host: &Host, choice: EngineChoice) {
    let host = host.clone();
    use_effect_with(choice, move |&choice| host.choose(choice));
}

#[hook]
fn use_fault(host: &Host, fault: Option<crate::protocol::Fault>) {
    let host = host.clone();
    use_effect_with(fault, move |&fault| host.provoke(fault));
}

fn stored_choice() -> EngineChoice {
    let id = recall(ENGINE_KEY);
    id.and_then(|id| EngineChoice::from_id(&id))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::EngineError;

    fn ways(shell: &Shell) -> Vec<Option<WayOn>> {
        shell.notices.iter().map(|notice| notice.way_on).collect()
    }

    fn after(shell: &Shell, happening: Happening) -> Shell {
        (*Rc::new(shell.clone()).reduce(happening)).clone()
    }

    /// What tells of a run that is given up goes; the rest stays.
    #[test]
    fn a_notice_lasts_as_long_as_it_tells_of_something() {
        let error = EngineError::NotFinite;
        let mut shell = Shell::default();
        for trouble in [
            Trouble::NoGpu,
            Trouble::GpuFailed(error.clone()),
            Trouble::Stopped(error),
        ] {
            shell = after(&shell, Happening::Host(HostEvent::Trouble(trouble)));
        }
        let all = [None, Some(WayOn::UseCpu), Some(WayOn::Retry)];
        assert_eq!(ways(&shell), all);
        let given_up = after(&shell, Happening::Host(HostEvent::GivenUp));
        assert_eq!(ways(&given_up), all[..2]);
        // Taking one way on leaves the other.
        let on_cpu = after(&shell, Happening::Way(WayOn::UseCpu));
        assert_eq!(ways(&on_cpu), all[2..]);
        let retried = after(&shell, Happening::Way(WayOn::Retry));
        assert_eq!(ways(&retried), all[1..2]);
    }
}
