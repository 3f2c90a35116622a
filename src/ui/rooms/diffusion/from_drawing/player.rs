//! Playback over the frames of the chosen run.

use yew::prelude::*;

use crate::protocol::Denoise;
use crate::ui::components::transport::{Player, use_playback};
use crate::ui::media::reduced_motion;
use crate::ui::rooms::ChapterProps;
use crate::ui::rooms::diffusion::lanes::Lane;
use crate::ui::runs::playback::Move;
use crate::ui::state::{DRAWN_STEPS, DrawnState};

/// Playback in step with the chosen run and with the link.
#[hook]
pub fn use_player(
    props: &ChapterProps<DrawnState>,
    job: Option<&Denoise>,
    lane: Option<&Lane>,
) -> UseReducerHandle<Player> {
    let first = props.state.first_step();
    let last = DRAWN_STEPS - first;
    let ready = lane.and_then(|lane| (lane.frames.len() as u32).checked_sub(1));
    let player = use_playback(last);
    // The step that was last told to the link, so that its echo moves nothing.
    let told = use_mut_ref(|| None::<u32>);
    let wanted = props.state.step;
    {
        let player = player.dispatcher();
        use_effect_with(job.cloned(), move |_| {
            let playing = wanted.is_none() && !reduced_motion();
            player.dispatch(Move::Restart { last, playing });
            if !playing {
                // Without motion the end is what there is to see.
                let step = wanted.unwrap_or(DRAWN_STEPS);
                player.dispatch(Move::To(step.saturating_sub(first)));
            }
        });
    }
    {
        let player = player.dispatcher();
        use_effect_with((job.cloned(), ready), move |(_, ready)| {
            if let Some(ready) = *ready {
                player.dispatch(Move::Ready { ready, last });
            }
        });
    }
    {
        let (player, told) = (player.dispatcher(), told.clone());
        use_effect_with(wanted, move |&wanted| {
            if let Some(step) = wanted.filter(|_| *told.borrow() != wanted) {
                player.dispatch(Move::To(step.saturating_sub(first)));
            }
        });
    }
    let cursor = player.0.cursor as usize;
    let frame = lane.and_then(|lane| lane.frames.get(cursor));
    let settled = frame.map(|frame| frame.step).filter(|_| player.0.settled());
    let (state, on_state) = (props.state.clone(), props.on_state.clone());
    use_effect_with(settled, move |&settled| {
        if settled.is_some() && settled != state.step {
            *told.borrow_mut() = settled;
            on_state.emit(DrawnState {
                step: settled,
                ..state
            });
        }
    });
    player
}
