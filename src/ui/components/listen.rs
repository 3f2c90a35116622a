//! A button that lets sound be heard, by Web Audio. Nothing is heard before it is pressed.

use std::rc::Rc;

use gloo_timers::callback::Interval;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{AudioBufferSourceNode, AudioContext, AudioContextState};
use yew::prelude::*;

use crate::ui::content::texts;

/// How often it is told what is heard, ms.
const TELL_MS: u32 = 50;
/// A browser that has not begun after this never will, s.
const PATIENCE_S: f64 = 2.0;

/// A sound that may be heard.
#[derive(Clone)]
pub struct Sound {
    /// Makes its samples, `-1..=1`.
    pub make: Rc<dyn Fn() -> Vec<f32>>,
    /// Samples a second.
    pub rate: u32,
}

/// Sounds are told apart by what makes them.
impl PartialEq for Sound {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.make, &other.make) && self.rate == other.rate
    }
}

/// Properties of [`Listen`].
#[derive(Properties, PartialEq)]
pub struct ListenProps {
    /// What is heard; another one ends it. None for now: the button can do nothing.
    pub sound: Option<Sound>,
    /// What the button says.
    pub words: AttrValue,
    /// Told how many seconds have been heard; `None` once it is over.
    #[prop_or_default]
    pub on_second: Callback<Option<f32>>,
}

/// How it stands.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Standing {
    Silent,
    Heard,
    Failed,
}

/// A sound under way; silent once dropped.
struct Playing {
    context: AudioContext,
    source: AudioBufferSourceNode,
    _tell: Interval,
}

impl Drop for Playing {
    fn drop(&mut self) {
        // It may have ended by itself; a context that is closed already says so, and is closed.
        let _ = self.source.disconnect();
        let _ = self.context.close();
    }
}

/// The button, and a sentence where no sound is to be had.
#[component]
pub fn Listen(props: &ListenProps) -> Html {
    let standing = use_state_eq(|| Standing::Silent);
    let playing = use_mut_ref(|| None::<Playing>);
    let stop = {
        let (standing, playing) = (standing.setter(), playing.clone());
        let on_second = props.on_second.clone();
        Rc::new(move |how: Standing| {
            if playing.take().is_some() || how == Standing::Failed {
                on_second.emit(None);
                standing.set(how);
            }
        })
    };
    {
        let stop = stop.clone();
        use_effect_with(props.sound.clone(), move |_| move || stop(Standing::Silent));
    }
    let onclick = {
        let (sound, standing) = (props.sound.clone(), standing.clone());
        let (playing, on_second) = (playing.clone(), props.on_second.clone());
        let stop = stop.clone();
        Callback::from(move |_: MouseEvent| {
            let Some(sound) = sound.clone().filter(|_| *standing != Standing::Heard) else {
                return stop(Standing::Silent);
            };
            match begin(&sound, stop.clone(), on_second.clone()) {
                Ok(begun) => {
                    playing.replace(Some(begun));
                    standing.set(Standing::Heard);
                }
                Err(_) => stop(Standing::Failed),
            }
        })
    };
    let words = match *standing {
        Standing::Heard => AttrValue::from(texts::shell::listen_stop::PLAIN),
        _ => props.words.clone(),
    };
    let state = match *standing {
        Standing::Silent => "silent",
        Standing::Heard => "heard",
        Standing::Failed => "failed",
    };
    html! {
        <>
            <button type="button" class="button listen" data-listen={state} disabled={props.sound.is_none()} {onclick}>{ words }</button>
            if *standing == Standing::Failed {
                <p class="notice" role="alert">{ texts::shell::listen_failed::PLAIN }</p>
            }
        </>
    }
}

/// Begins; `stop` is called when it is over, or when the browser lets nothing be heard.
fn begin(
    sound: &Sound,
    stop: Rc<impl Fn(Standing) + 'static>,
    on_second: Callback<Option<f32>>,
) -> Result<Playing, JsValue> {
    let context = AudioContext::new()?;
    let samples = (sound.make)();
    let length_s = samples.len() as f64 / f64::from(sound.rate);
    let buffer = context.create_buffer(1, samples.len().max(1) as u32, sound.rate as f32)?;
    buffer.copy_to_channel(&samples, 0)?;
    let source = context.create_buffer_source()?;
    source.set_buffer(Some(&buffer));
    source.connect_with_audio_node(&context.destination())?;
    source.start()?;
    // Where sound has to be allowed first, a click is what allows it.
    let resumed = context.resume()?;
    spawn_local(async move {
        // What comes of it is seen by the context's state.
        let _ = JsFuture::from(resumed).await;
    });
    let mut waited_s = 0.0;
    let heard = context.clone();
    let tell = Interval::new(TELL_MS, move || {
        let second = heard.current_time();
        if heard.state() != AudioContextState::Running {
            waited_s += f64::from(TELL_MS) / 1000.0;
            if waited_s > PATIENCE_S {
                stop(Standing::Failed);
            }
        } else if second > length_s {
            stop(Standing::Silent);
        } else {
            on_second.emit(Some(second as f32));
        }
    });
    Ok(Playing {
        context,
        source,
        _tell: tell,
    })
}
