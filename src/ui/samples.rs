//! The real pictures that ship with the page: a few hundred of each set's test half.
//!
//! Those of a set lie in one picture, a sheet of 20 columns, and a list of labels. The sheet is also
//! what small previews are cut from by the style sheet, so it is fetched once.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use gloo_net::http::Request;
use js_sys::Promise;
use serde::Deserialize;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, HtmlImageElement};
use yew::prelude::*;

use crate::data::{CLASSES, DataSet, PIXELS, SIDE};
use crate::ui::components::fetched::Fetched;

/// Pictures in a row of the sheet.
pub const COLUMNS: usize = 20;

/// The sheet of a set, relative to the page.
fn sheet(set: DataSet) -> String {
    format!("samples/{}-test.png", set.id())
}

/// What is in the file beside the sheet.
#[derive(Debug, Deserialize)]
struct Labels {
    labels: Vec<u8>,
    indices: Vec<u32>,
}

/// Real pictures with their classes.
#[derive(Debug)]
pub struct Samples {
    /// `[n, 28, 28]` in `[-1, 1]`.
    pixels: Vec<f32>,
    labels: Vec<u8>,
    indices: Vec<u32>,
}

impl Samples {
    fn new(sheet: &[u8], width: usize, labels: Labels) -> Result<Self, String> {
        let n = labels.labels.len();
        let grey = cut(sheet, width, COLUMNS, n)?;
        if labels.indices.len() != n || labels.labels.iter().any(|&c| usize::from(c) >= CLASSES) {
            return Err("the labels make no sense".into());
        }
        Ok(Self {
            pixels: grey.iter().map(|v| f32::from(*v) / 127.5 - 1.0).collect(),
            labels: labels.labels,
            indices: labels.indices,
        })
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// None at all? (Never: that is an error when loading.)
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Picture `index`, `[28, 28]` in `[-1, 1]`.
    pub fn pixels(&self, index: usize) -> Option<&[f32]> {
        self.pixels.chunks_exact(PIXELS).nth(index)
    }

    /// Its class.
    pub fn label(&self, index: usize) -> Option<u8> {
        self.labels.get(index).copied()
    }

    /// Its number in the test set.
    pub fn test_index(&self, index: usize) -> Option<u32> {
        self.indices.get(index).copied()
    }

    /// All pictures of a class.
    pub fn of_class(&self, class: u8) -> impl Iterator<Item = usize> + '_ {
        self.labels
            .iter()
            .enumerate()
            .filter(move |(_, c)| **c == class)
            .map(|(i, _)| i)
    }
}

/// Cuts `n` pictures, 1 or more, out of a sheet of so many columns, whose pixels have four bytes each:
/// grey, `[n, 28, 28]`. If it is not such a sheet, that is said as part of a sentence.
pub fn cut(rgba: &[u8], width: usize, columns: usize, n: usize) -> Result<Vec<u8>, String> {
    let height = n.div_ceil(columns) * SIDE;
    if n == 0 || width != columns * SIDE || rgba.len() != 4 * width * height {
        return Err("the sheet has another size".into());
    }
    let grey = |index: usize| {
        let corner = (index / columns * SIDE) * width + index % columns * SIDE;
        (0..PIXELS).map(move |pixel| rgba[4 * (corner + pixel / SIDE * width + pixel % SIDE)])
    };
    Ok((0..n).flat_map(grey).collect())
}

/// Style of an element that shows picture `index`, cut from the set's sheet; its size is `--side`.
pub fn preview_style(set: DataSet, index: usize) -> String {
    let (row, column) = (index / COLUMNS, index % COLUMNS);
    let sheet = sheet(set);
    format!(
        "background-image:url({sheet});background-position:calc(var(--side)*{}) calc(var(--side)*{})",
        -(column as i64),
        -(row as i64)
    )
}

/// The pictures of a set, as far as they are loaded.
pub type Loaded = Fetched<Samples>;

/// The pictures of a set, and a way to try again. They are loaded once, however many rooms ask.
#[hook]
pub fn use_samples(set: DataSet) -> (Loaded, Callback<()>) {
    thread_local! {
        static KEPT: RefCell<HashMap<DataSet, Rc<Samples>>> = RefCell::default();
    }
    // What is kept is known at once; the state only says that a set has come, or has not.
    let news = use_state_eq(|| (set, Loaded::Waiting));
    let kept = KEPT.with_borrow(|kept| kept.get(&set).cloned());
    let loaded = match (&kept, &*news) {
        (Some(samples), _) => Loaded::Ready(samples.clone()),
        (None, (of, news)) if *of == set => news.clone(),
        (None, _) => Loaded::Waiting,
    };
    let attempt = use_state_eq(|| 0u32);
    use_effect_with((set, *attempt), move |&(set, _)| {
        if kept.is_none() {
            news.set((set, Loaded::Waiting));
            spawn_local(async move {
                let loaded = match load(set).await {
                    Ok(samples) => {
                        let samples = Rc::new(samples);
                        KEPT.with_borrow_mut(|kept| kept.insert(set, samples.clone()));
                        Loaded::Ready(samples)
                    }
                    Err(reason) => Loaded::Failed(reason),
                };
                news.set((set, loaded));
            });
        }
    });
    let retry = Callback::from(move |()| attempt.set(*attempt + 1));
    (loaded, retry)
}

async fn load(set: DataSet) -> Result<Samples, String> {
    let labels = labels(set).await?;
    let (rgba, width) = sheet_pixels(&sheet(set)).await?;
    Samples::new(&rgba, width, labels)
}

/// The pixels of a picture that ships with the page, four bytes each, and its width; or why they are
/// not there, as part of a sentence.
pub async fn sheet_pixels(path: &str) -> Result<(Vec<u8>, usize), String> {
    let image = HtmlImageElement::new().map_err(|_| "no picture can be made here")?;
    image.set_src(path);
    let decoded: Promise = image.decode();
    JsFuture::from(decoded)
        .await
        .map_err(|_| "the sheet did not arrive")?;
    let (width, height) = (image.natural_width(), image.natural_height());
    let rgba = read_pixels(&image, width, height).ok_or("the sheet cannot be read")?;
    Ok((rgba, width as usize))
}

async fn labels(set: DataSet) -> Result<Labels, String> {
    let text = fetch_text(&format!("samples/{}-test.json", set.id())).await?;
    serde_json::from_str(&text).map_err(|_| "the list of labels is damaged".into())
}

/// A text file that ships with the page, or why it is not there, as part of a sentence.
pub async fn fetch_text(path: &str) -> Result<String, String> {
    let answer = Request::get(path)
        .send()
        .await
        .map_err(|_| "the network failed")?;
    if !answer.ok() {
        return Err(format!("the server answered {}", answer.status()));
    }
    answer.text().await.map_err(|_| "the network failed".into())
}

fn read_pixels(image: &HtmlImageElement, width: u32, height: u32) -> Option<Vec<u8>> {
    let canvas: HtmlCanvasElement = gloo_utils::document()
        .create_element("canvas")
        .ok()?
        .dyn_into()
        .ok()?;
    canvas.set_width(width);
    canvas.set_height(height);
    let context = canvas.get_context("2d").ok()??;
    let context: CanvasRenderingContext2d = context.dyn_into().ok()?;
    context
        .draw_image_with_html_image_element(image, 0.0, 0.0)
        .ok()?;
    let data = context
        .get_image_data(0.0, 0.0, f64::from(width), f64::from(height))
        .ok()?;
    Some(data.data().0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDTH: usize = COLUMNS * SIDE;

    fn labels(n: usize) -> Labels {
        Labels {
            labels: (0..n).map(|i| (i % 10) as u8).collect(),
            indices: (0..n as u32).collect(),
        }
    }

    #[test]
    fn digits_are_cut_from_their_place() {
        // Grey level = number of the digit.
        let mut sheet = vec![255; 4 * WIDTH * 2 * SIDE];
        for (i, rgba) in sheet.chunks_mut(4).enumerate() {
            let (x, y) = (i % WIDTH / SIDE, i / WIDTH / SIDE);
            rgba[..3].fill((y * COLUMNS + x) as u8);
        }
        let samples = Samples::new(&sheet, WIDTH, labels(25)).expect("fits");
        assert_eq!(samples.len(), 25);
        for index in [0, 7, 19, 20, 24] {
            let pixels = samples.pixels(index).expect("there");
            assert!(
                pixels.iter().all(|&v| v == index as f32 / 127.5 - 1.0),
                "{index}"
            );
        }
        assert_eq!(samples.of_class(3).collect::<Vec<_>>(), [3, 13, 23]);
        assert_eq!(
            (samples.label(13), samples.test_index(24)),
            (Some(3), Some(24))
        );
        assert_eq!((samples.pixels(25), samples.label(25)), (None, None));
    }

    #[test]
    fn sheets_and_labels_that_do_not_fit_are_refused() {
        let sheet = vec![0; 4 * WIDTH * SIDE];
        assert!(Samples::new(&sheet, WIDTH, labels(20)).is_ok());
        assert!(Samples::new(&sheet, WIDTH, labels(21)).is_err());
        assert!(Samples::new(&sheet, WIDTH / 2, labels(20)).is_err());
        assert!(Samples::new(&[], WIDTH, labels(0)).is_err());
        let wrong = Labels {
            labels: vec![10; 20],
            ..labels(20)
        };
        assert!(Samples::new(&sheet, WIDTH, wrong).is_err());
    }

    /// The shipped lists fit the shipped sheets, and hold 32 pictures of each class.
    #[test]
    fn the_shipped_labels_are_complete() {
        for shipped in [
            include_str!("../../www/samples/mnist-test.json"),
            include_str!("../../www/samples/fashion-mnist-test.json"),
        ] {
            let labels: Labels = serde_json::from_str(shipped).expect("reads");
            assert_eq!(labels.labels.len(), crate::ui::state::SAMPLES as usize);
            for class in 0..CLASSES as u8 {
                assert_eq!(labels.labels.iter().filter(|&&c| c == class).count(), 32);
            }
        }
    }
}
