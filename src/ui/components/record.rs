//! A sound of the visitor's, from the microphone or from a file. It is computed with here and sent nowhere.

use gloo_timers::callback::Timeout;
use js_sys::Promise;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AudioBuffer, BlobEvent, File, MediaRecorder, MediaStream, MediaStreamConstraints,
    MediaStreamTrack, OfflineAudioContext,
};

use super::file;
use crate::ui::content::texts;

/// Largest file that is read, bytes: twenty seconds of stereo at 44,100 samples a second as they are. Packed it is
/// minutes, which the browser unpacks whole; hours would be more than a page may hold.
const MOST_BYTES: f64 = 4e6;
/// A sound that is nowhere louder than this is silence.
const SILENT: f32 = 0.004;
/// A sound begins where it is first so loud, as a share of its loudest, and so much before, s.
const BEGINS: f32 = 0.08;
const BEFORE_S: f32 = 0.02;
/// How long is recorded, and how long a recorder may take to hand it over, ms. A little longer than a second:
/// nobody begins at once.
const RECORD_MS: u32 = 1600;
const PATIENCE_MS: u32 = 4000;

/// Why there is no sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoSound {
    /// The visitor, or the browser for them, does not allow the microphone.
    Refused,
    /// There is no microphone.
    NoMicrophone,
    /// The browser cannot record, here at least: pages without encryption may not.
    CannotRecord,
    /// Recording failed otherwise: another program has the microphone, perhaps.
    Failed,
    /// The file is too large.
    TooLarge,
    /// The file is no sound that the browser knows.
    NotSound,
    /// There is nothing to be heard.
    Silent,
}

impl NoSound {
    /// What the visitor is told.
    pub fn words(self) -> &'static str {
        match self {
            Self::Refused => texts::record::refused::PLAIN,
            Self::NoMicrophone => texts::record::no_microphone::PLAIN,
            Self::CannotRecord => texts::record::cannot::PLAIN,
            Self::Failed => texts::record::failed::PLAIN,
            Self::TooLarge => texts::record::too_large::PLAIN,
            Self::NotSound => texts::record::no_sound::PLAIN,
            Self::Silent => texts::record::silent::PLAIN,
        }
    }

    /// What the browser says no with.
    fn of(error: &JsValue) -> Self {
        let name = js_sys::Reflect::get(error, &"name".into()).ok();
        match name.and_then(|name| name.as_string()).as_deref() {
            Some("NotAllowedError" | "SecurityError") => Self::Refused,
            Some("NotFoundError" | "OverconstrainedError") => Self::NoMicrophone,
            _ => Self::Failed,
        }
    }
}

/// What is going on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It is being recorded.
    Recording,
    /// What there is is being read.
    Reading,
}

/// A second or so from the microphone, at `rate` samples a second. `on_stage` is told how far it is, and says
/// whether it is still wanted; none of what is not.
pub async fn record(
    rate: u32,
    on_stage: impl Fn(Stage) -> bool + 'static,
) -> Result<Vec<f32>, NoSound> {
    let stream = microphone().await?;
    if !on_stage(Stage::Recording) {
        stop(&stream);
        return Err(NoSound::Failed);
    }
    let Ok((recorder, heard)) = begin(&stream) else {
        stop(&stream);
        return Err(NoSound::CannotRecord);
    };
    let _end = Timeout::new(RECORD_MS, move || {
        on_stage(Stage::Reading);
        // One that has stopped by itself hands over what it has, too.
        let _ = recorder.stop();
    });
    let late = Promise::new(&mut |resolve, _| {
        Timeout::new(RECORD_MS + PATIENCE_MS, move || {
            // Whoever waits hears of nothing.
            let _ = resolve.call0(&JsValue::NULL);
        })
        .forget();
    });
    let heard = JsFuture::from(Promise::race(&js_sys::Array::of2(&heard, &late))).await;
    stop(&stream);
    let event: BlobEvent = heard
        .and_then(JsCast::dyn_into)
        .map_err(|_| NoSound::Failed)?;
    let blob = event.data().ok_or(NoSound::Failed)?;
    let bytes = JsFuture::from(blob.array_buffer()).await;
    let sound = samples(bytes.map_err(|_| NoSound::Failed)?, rate).await;
    sound.map_err(|error| match error {
        NoSound::NotSound => NoSound::Failed,
        other => other,
    })
}

/// The microphone listens no more.
fn stop(stream: &MediaStream) {
    for track in stream.get_tracks() {
        track.unchecked_into::<MediaStreamTrack>().stop();
    }
}

/// A second or so of a file, at `rate` samples a second.
pub async fn read(file: &File, rate: u32) -> Result<Vec<f32>, NoSound> {
    if file.size() > MOST_BYTES {
        return Err(NoSound::TooLarge);
    }
    let bytes = file::bytes(file).await.ok_or(NoSound::NotSound)?;
    let bytes = js_sys::Uint8Array::from(&bytes[..]).buffer();
    samples(bytes.into(), rate).await
}

async fn microphone() -> Result<MediaStream, NoSound> {
    let window = gloo_utils::window();
    let devices = window.navigator().media_devices();
    let devices = devices.map_err(|_| NoSound::CannotRecord)?;
    if devices.is_undefined() {
        return Err(NoSound::CannotRecord);
    }
    // As it is: what browsers take for noise is a hum or a whistle. One that cannot do without goes on with it.
    let plain = js_sys::Object::new();
    for treatment in ["noiseSuppression", "echoCancellation", "autoGainControl"] {
        let set = js_sys::Reflect::set(&plain, &treatment.into(), &JsValue::FALSE);
        set.map_err(|_| NoSound::Failed)?;
    }
    let wanted = MediaStreamConstraints::new();
    wanted.set_audio(&plain);
    let stream = devices.get_user_media_with_constraints(&wanted);
    let stream = stream.map_err(|error| NoSound::of(&error))?;
    let stream = JsFuture::from(stream).await;
    stream
        .and_then(JsCast::dyn_into)
        .map_err(|error| NoSound::of(&error))
}

/// Begins to record; the promise is of all that was recorded.
fn begin(stream: &MediaStream) -> Result<(MediaRecorder, Promise), JsValue> {
    let recorder = MediaRecorder::new_with_media_stream(stream)?;
    let heard = Promise::new(&mut |resolve, _| recorder.set_ondataavailable(Some(&resolve)));
    recorder.start()?;
    Ok((recorder, heard))
}

/// What the browser makes of a file's bytes, mixed to one channel, from where it begins.
async fn samples(bytes: JsValue, rate: u32) -> Result<Vec<f32>, NoSound> {
    let sound = decoded(bytes, rate).await.map_err(|_| NoSound::NotSound)?;
    let mut mixed = vec![0.0; sound.length() as usize];
    for channel in 0..sound.number_of_channels() {
        let of_one = sound.get_channel_data(channel);
        let of_one = of_one.map_err(|_| NoSound::NotSound)?;
        mixed
            .iter_mut()
            .zip(of_one)
            .for_each(|(all, one)| *all += one);
    }
    from_its_beginning(&mixed, rate).ok_or(NoSound::Silent)
}

/// The browser's own decoder, which gives as many samples a second as its context has.
async fn decoded(bytes: JsValue, rate: u32) -> Result<AudioBuffer, JsValue> {
    let context = OfflineAudioContext::new_with_number_of_channels_and_length_and_sample_rate(
        1,
        1,
        rate as f32,
    )?;
    let decoding = context.decode_audio_data(bytes.unchecked_ref())?;
    JsFuture::from(decoding).await?.dyn_into()
}

/// At most a second of it from where it is first loud, as loud as can be; none of silence.
fn from_its_beginning(sound: &[f32], rate: u32) -> Option<Vec<f32>> {
    let size = |v: &f32| if v.is_finite() { v.abs() } else { 0.0 };
    let most = sound.iter().map(size).fold(0.0, f32::max);
    if most < SILENT {
        return None;
    }
    let first = sound.iter().position(|v| size(v) >= BEGINS * most)?;
    let first = first.saturating_sub((BEFORE_S * rate as f32) as usize);
    let second: Vec<f32> = sound[first..].iter().take(rate as usize).copied().collect();
    let most = second.iter().map(size).fold(0.0, f32::max);
    let loud = |v: f32| if v.is_finite() { v / most } else { 0.0 };
    Some(second.into_iter().map(loud).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sound_begins_where_it_is_heard() {
        let mut sound = vec![0.001; 500];
        sound.extend([0.1, -0.2]);
        sound.resize(2000, 0.0);
        let cut = from_its_beginning(&sound, 1000).expect("a sound");
        // A fiftieth of a second before it, and a second in all.
        assert_eq!((cut.len(), cut[20], cut[21]), (1000, 0.5, -1.0));
        assert_eq!(from_its_beginning(&[0.003; 99], 1000), None);
        assert_eq!(from_its_beginning(&[], 1000), None);
        assert_eq!(
            from_its_beginning(&[f32::NAN, 0.5], 8000),
            Some(vec![0.0, 1.0])
        );
    }
}
