//! Playback over the steps of a run, in step with the link.

use yew::prelude::*;

use crate::protocol::Denoise;
use crate::ui::components::transport::{Player, use_playback};
use crate::ui::media::reduced_motion;
use crate::ui::runs::playback::Move;

/// The run that is played.
#[derive(Clone, PartialEq)]
pub struct Run {
    /// What it computes; another job is another run.
    pub of: Denoise,
    /// The newest step computed.
    pub ready: Option<u32>,
    /// Its last step.
    pub last: u32,
}

/// Plays a run from its start, or stands at the step that the link says. The link follows when
/// playback rests (`on_step`), and playback follows when the link is changed from outside.
#[hook]
pub fn use_player(
    run: Run,
    step: Option<u32>,
    on_step: &Callback<u32>,
) -> UseReducerHandle<Player> {
    let Run { of, ready, last } = run;
    let player = use_playback(last);
    // The step that was last told to the link, so that its echo moves nothing.
    let told = use_mut_ref(|| None::<u32>);
    {
        let player = player.dispatcher();
        use_effect_with(of.clone(), move |_| {
            let playing = step.is_none() && !reduced_motion();
            player.dispatch(Move::Restart { last, playing });
            // Without motion the end is what there is to see.
            if !playing {
                player.dispatch(Move::To(step.unwrap_or(last)));
            }
        });
    }
    {
        let player = player.dispatcher();
        use_effect_with((of, ready), move |&(_, ready)| {
            if let Some(ready) = ready {
                player.dispatch(Move::Ready { ready, last });
            }
        });
    }
    {
        let (player, told) = (player.dispatcher(), told.clone());
        use_effect_with(step, move |&step| {
            if let Some(step) = step.filter(|_| *told.borrow() != step) {
                player.dispatch(Move::To(step));
            }
        });
    }
    let settled = player.0.settled() && ready.is_some();
    let now = settled.then_some(player.0.cursor);
    let on_step = on_step.clone();
    use_effect_with(now, move |&now| {
        if let Some(now) = now.filter(|_| now != step) {
            *told.borrow_mut() = Some(now);
            on_step.emit(now);
        }
    });
    player
}
