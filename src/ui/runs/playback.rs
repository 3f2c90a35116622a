//! Where a timeline stands: play, pause, step, scrub, speed.
//!
//! A pure reducer that knows nothing of what its frames show. Positions are frame numbers
//! `0..=last`; those up to `ready` are computed. Playback that catches up with the computation
//! waits for it.

/// How long a whole timeline takes at normal speed, ms, for few and for many frames.
const FRAME_MS: f64 = 220.0;
const LONGEST_MS: f64 = 12_000.0;
/// A longer pause between ticks (a hidden tab) does not make the cursor jump.
const LONGEST_TICK_MS: f64 = 100.0;

/// How fast playback goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Speed {
    /// Half.
    Half,
    /// Normal.
    #[default]
    Normal,
    /// Double.
    Double,
    /// A frame at each screen refresh, or four times normal, whichever is faster.
    Max,
}

impl Speed {
    /// All speeds, in the order in which a control lists them.
    pub const ALL: [Self; 4] = [Self::Half, Self::Normal, Self::Double, Self::Max];

    /// As shown: `0.5×`.
    pub fn label(self) -> &'static str {
        match self {
            Self::Half => "0.5×",
            Self::Normal => "1×",
            Self::Double => "2×",
            Self::Max => "max",
        }
    }
}

/// Where playback stands.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Playback {
    /// The frame shown, `0..=ready`.
    pub cursor: u32,
    /// The newest computed frame.
    pub ready: u32,
    /// The last frame there will be.
    pub last: u32,
    /// Going on by itself?
    pub playing: bool,
    /// How fast.
    pub speed: Speed,
    /// Part of a frame's time already spent on it, `0..1`.
    spent: f64,
    /// A position asked for before it was computed.
    wanted: Option<u32>,
    /// How long a frame takes at normal speed, ms, if not as usual.
    pace_ms: Option<f64>,
}

/// What can happen to playback.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Move {
    /// To frame 0; stops.
    First,
    /// One frame back; stops.
    Back,
    /// One frame on; stops.
    Forward,
    /// To the newest computed frame; stops.
    Last,
    /// To a frame, or as near as computed, and there once it is; stops.
    To(u32),
    /// Play from here, or from the start when at the end.
    Play,
    /// Stop here.
    Pause,
    /// Play or pause.
    Toggle,
    /// Time has passed, ms.
    Tick(f64),
    /// Change the speed.
    Speed(Speed),
    /// Frames up to `ready` of `last` are computed. `ready` may fall (a branch).
    Ready {
        /// The newest computed frame.
        ready: u32,
        /// The last frame there will be.
        last: u32,
    },
    /// A new timeline: to frame 0, and play or wait. Keeps the speed.
    Restart {
        /// The last frame there will be.
        last: u32,
        /// Play at once?
        playing: bool,
    },
}

impl Playback {
    /// At frame 0 of `last`, nothing computed yet.
    pub fn new(last: u32) -> Self {
        Self {
            last,
            ..Self::default()
        }
    }

    /// The same at a pace of its own: so long takes a frame at normal speed, ms, however many
    /// there are.
    pub fn paced(last: u32, frame_ms: f64) -> Self {
        Self {
            pace_ms: Some(frame_ms),
            ..Self::new(last)
        }
    }

    /// At the last frame?
    pub fn at_end(&self) -> bool {
        self.cursor >= self.last
    }

    /// At rest where it is meant to be: neither playing nor on its way to a frame that is
    /// still to be computed.
    pub fn settled(&self) -> bool {
        !self.playing && self.wanted.is_none()
    }

    /// Playing, but at the newest computed frame.
    pub fn waiting(&self) -> bool {
        self.playing && self.cursor >= self.ready && !self.at_end()
    }

    /// The state after `action`.
    pub fn after(mut self, action: Move) -> Self {
        match action {
            Move::First => self.stop_at(0),
            Move::Back => self.stop_at(self.cursor.saturating_sub(1)),
            Move::Forward => self.stop_at((self.cursor + 1).min(self.ready)),
            Move::Last => self.stop_at(self.ready),
            Move::To(frame) => self.stop_at(frame.min(self.last)),
            Move::Play => self.play(),
            Move::Pause => self.playing = false,
            Move::Toggle if self.playing => self.playing = false,
            Move::Toggle => self.play(),
            Move::Tick(ms) => self.tick(ms),
            Move::Speed(speed) => self.speed = speed,
            Move::Ready { ready, last } => self.make_ready(ready, last),
            Move::Restart { last, playing } => {
                self = Self {
                    last,
                    playing,
                    speed: self.speed,
                    pace_ms: self.pace_ms,
                    ..Self::default()
                };
            }
        }
        self
    }

    fn stop_at(&mut self, frame: u32) {
        self.playing = false;
        self.spent = 0.0;
        self.cursor = frame.min(self.ready);
        self.wanted = (frame > self.ready).then_some(frame);
    }

    fn play(&mut self) {
        if self.at_end() {
            self.cursor = 0;
        }
        self.wanted = None;
        self.spent = 0.0;
        self.playing = true;
    }

    fn make_ready(&mut self, ready: u32, last: u32) {
        self.last = last;
        self.ready = ready.min(last);
        self.cursor = self.wanted.unwrap_or(self.cursor).min(self.ready);
        self.wanted = self
            .wanted
            .filter(|&frame| frame > self.ready && frame <= last);
    }

    fn tick(&mut self, ms: f64) {
        if !self.playing || self.waiting() {
            return;
        }
        let usual = FRAME_MS.min(LONGEST_MS / f64::from(self.last.max(1)));
        let normal = self.pace_ms.unwrap_or(usual);
        self.spent += match self.speed {
            Speed::Half => 0.5 * ms.min(LONGEST_TICK_MS) / normal,
            Speed::Normal => ms.min(LONGEST_TICK_MS) / normal,
            Speed::Double => 2.0 * ms.min(LONGEST_TICK_MS) / normal,
            // Of many frames it skips some: it is never slower than the others.
            Speed::Max => (4.0 * ms.min(LONGEST_TICK_MS) / normal).max(1.0),
        };
        self.cursor = (self.cursor + self.spent as u32).min(self.ready);
        self.spent = self.spent.fract();
        self.playing = !self.at_end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(cursor: u32, ready: u32, last: u32) -> Playback {
        Playback {
            cursor,
            ready,
            last,
            ..Playback::default()
        }
    }

    fn run(mut playback: Playback, moves: &[Move]) -> Playback {
        for &action in moves {
            playback = playback.after(action);
            assert!(playback.cursor <= playback.ready && playback.ready <= playback.last);
        }
        playback
    }

    #[test]
    fn steps_stay_inside_what_is_computed() {
        let p = at(0, 3, 20);
        assert_eq!(run(p, &[Move::Back]).cursor, 0);
        assert_eq!(run(p, &[Move::Forward; 9]).cursor, 3);
        assert_eq!(run(p, &[Move::Last]).cursor, 3);
        assert_eq!(
            run(p, &[Move::Last, Move::Back, Move::Back, Move::First]).cursor,
            0
        );
    }

    #[test]
    fn a_position_asked_for_early_is_reached_later() {
        let p = run(at(0, 3, 20), &[Move::To(12)]);
        assert_eq!(p.cursor, 3);
        let p = run(p, &[Move::Ready { ready: 8, last: 20 }]);
        assert_eq!(p.cursor, 8);
        let p = run(
            p,
            &[Move::Ready {
                ready: 20,
                last: 20,
            }],
        );
        assert_eq!(p.cursor, 12);
        // Moving elsewhere in between forgets the wish.
        let p = run(
            at(0, 3, 20),
            &[
                Move::To(12),
                Move::Back,
                Move::Ready {
                    ready: 20,
                    last: 20,
                },
            ],
        );
        assert_eq!(p.cursor, 2);
    }

    #[test]
    fn playing_goes_to_the_end_and_stops() {
        let mut p = run(at(0, 20, 20), &[Move::Play]);
        let mut ticks = 0;
        while p.playing {
            p = p.after(Move::Tick(16.0));
            ticks += 1;
        }
        assert_eq!(p.cursor, 20);
        assert!((ticks as f64 * 16.0 - 20.0 * FRAME_MS).abs() < 200.0);
        assert_eq!(
            run(p, &[Move::Play]).cursor,
            0,
            "play at the end starts again"
        );
    }

    #[test]
    fn long_timelines_are_not_slower_than_twelve_seconds() {
        let mut p = run(at(0, 1000, 1000), &[Move::Play]);
        let mut ms = 0.0;
        while p.playing {
            p = p.after(Move::Tick(16.0));
            ms += 16.0;
        }
        assert!(ms < LONGEST_MS * 1.05, "{ms}");
    }

    #[test]
    fn a_pace_of_its_own_is_kept() {
        let moves = [
            Move::Restart {
                last: 50,
                playing: true,
            },
            Move::Ready {
                ready: 50,
                last: 50,
            },
        ];
        let mut p = run(Playback::paced(4, 1000.0), &moves);
        for _ in 0..31 {
            p = p.after(Move::Tick(100.0));
        }
        assert_eq!(p.cursor, 3);
    }

    #[test]
    fn playback_waits_for_the_computation() {
        let p = run(at(0, 2, 20), &[Move::Play, Move::Speed(Speed::Max)]);
        let p = run(p, &[Move::Tick(16.0); 10]);
        assert!((p.cursor, p.playing, p.waiting()) == (2, true, true));
        let p = run(p, &[Move::Ready { ready: 5, last: 20 }, Move::Tick(16.0)]);
        assert_eq!(p.cursor, 3);
    }

    #[test]
    fn a_hidden_tab_does_not_jump() {
        let p = run(at(0, 20, 20), &[Move::Play, Move::Tick(60_000.0)]);
        assert!(p.cursor <= 1);
    }

    #[test]
    fn a_branch_takes_frames_away() {
        let p = run(
            at(12, 20, 20),
            &[Move::Ready {
                ready: 12,
                last: 20,
            }],
        );
        assert_eq!((p.cursor, p.ready), (12, 12));
        let p = run(
            at(12, 20, 20),
            &[Move::Restart {
                last: 50,
                playing: true,
            }],
        );
        assert_eq!((p.cursor, p.ready, p.last, p.playing), (0, 0, 50, true));
    }
}
