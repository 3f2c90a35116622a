//! A tune as a Standard MIDI File: what other music programs read.

use midly::num::{u4, u7, u15, u24, u28};
use midly::{Format, Header, MetaMessage, MidiMessage, Smf, Timing, TrackEvent, TrackEventKind};

use super::bars::upbeat;
use super::key::Mode;
use super::order::order;
use super::sound::tick_s;
use super::{Event, QUARTER, Tune};

/// How hard a note is struck, `0..=127`.
const STRUCK: u8 = 96;

/// The file, one track, repeats played out; `None` only if it cannot be written.
pub fn write(tune: &Tune) -> Option<Vec<u8>> {
    let quarter_us = (1e6 * f32::from(QUARTER) * tick_s(tune.metre)).round() as u32;
    let unit = tune.metre.unit.max(1).ilog2() as u8;
    // A click on each beat: 24 clocks are a quarter.
    let clocks = (24 * tune.metre.beat() / u32::from(QUARTER)) as u8;
    let minor = matches!(tune.key.mode, Mode::Minor | Mode::Dorian | Mode::Phrygian);
    let metas = [
        MetaMessage::Tempo(u24::new(quarter_us)),
        MetaMessage::TimeSignature(tune.metre.beats, unit, clocks, 8),
        MetaMessage::KeySignature(tune.key.signature(), minor),
    ];
    let meta = |message| TrackEvent {
        delta: u28::new(0),
        kind: TrackEventKind::Meta(message),
    };
    let mut track: Vec<TrackEvent> = metas.into_iter().map(meta).collect();
    let midi = |delta, message| TrackEvent {
        delta: u28::new(delta),
        kind: TrackEventKind::Midi {
            channel: u4::new(0),
            message,
        },
    };
    // The upbeat ends with the first bar, as notation programs count.
    let mut wait = upbeat(tune, 0);
    for event in order(&tune.events) {
        match tune.events[event] {
            Event::Note(note) => {
                let key = tune.key.height(note.step, note.alter).midi().clamp(0, 127);
                let key = u7::new(key as u8);
                let [on, off] = [STRUCK, 0].map(u7::new);
                track.push(midi(wait, MidiMessage::NoteOn { key, vel: on }));
                track.push(midi(
                    note.ticks.into(),
                    MidiMessage::NoteOff { key, vel: off },
                ));
                wait = 0;
            }
            event => wait += event.ticks(),
        }
    }
    track.push(TrackEvent {
        delta: u28::new(wait),
        kind: TrackEventKind::Meta(MetaMessage::EndOfTrack),
    });
    let header = Header::new(Format::SingleTrack, Timing::Metrical(u15::new(QUARTER)));
    let mut file = Vec::new();
    let written = Smf {
        header,
        tracks: vec![track],
    }
    .write_std(&mut file);
    written.ok().map(|()| file)
}

#[cfg(test)]
mod tests {
    use midi_file::core::Message;
    use midi_file::file::{Event as FileEvent, MetaEvent};

    use super::super::abc;
    use super::*;

    /// Read by another library than it was written by.
    #[test]
    fn another_program_reads_it() {
        let tune = abc::read("M:6/8 L:1/8 K:D A|d2z f^g3|=c6:|").expect("a tune");
        let file = write(&tune).expect("a file");
        let read = midi_file::MidiFile::read(file.as_slice()).expect("a MIDI file");
        assert_eq!(read.tracks_len(), 1);
        let track = read.tracks().next().expect("a track");
        let mut ticks = 0;
        let mut notes = Vec::new();
        let mut heads = Vec::new();
        for event in track.events() {
            ticks += event.delta_time();
            match event.event() {
                FileEvent::Midi(Message::NoteOn(on)) => {
                    notes.push((ticks, on.note_number().get(), on.velocity().get() > 0));
                }
                FileEvent::Midi(Message::NoteOff(off)) => {
                    notes.push((ticks, off.note_number().get(), false));
                }
                FileEvent::Meta(MetaEvent::TimeSignature(time)) => {
                    heads.push(format!("{}", time.numerator()));
                }
                FileEvent::Meta(MetaEvent::SetTempo(tempo)) => heads.push(tempo.get().to_string()),
                _ => {}
            }
        }
        // A, D, F sharp, G sharp; C natural; and all again.
        let once = [
            (0, 69, true),
            (24, 69, false),
            (24, 74, true),
            (72, 74, false),
            (96, 78, true),
            (120, 78, false),
            (120, 80, true),
            (192, 80, false),
            (192, 72, true),
            (336, 72, false),
        ];
        // The bar before has 144 ticks, and the upbeat ends it.
        let later = |by: u32| once.map(|(ticks, key, on)| (ticks + by, key, on));
        assert_eq!(notes, [later(120), later(120 + 336)].concat());
        assert_eq!(heads, ["360000", "6"]);
    }
}
