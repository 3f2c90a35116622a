//! Signs of music as outlines, 100 units a staff space. Their origin is that of SMuFL, the standard of music
//! fonts: on the line or in the space a sign belongs to.
//!
//! Taken from Bravura 1.392, copyright 2019 Steinberg Media Technologies GmbH, and like it under the SIL Open
//! Font License 1.1 (`www/samples/music-signs.OFL.txt`).

/// A sign: its width, hundredths of a staff space, and its outline.
pub type Glyph = (u32, &'static str);

/// Treble clef.
pub const CLEF: Glyph = (268, include_str!("glyphs/clef.path"));
/// Head of a whole note.
pub const WHOLE: Glyph = (169, include_str!("glyphs/whole.path"));
/// Head of a half note.
pub const HALF: Glyph = (118, include_str!("glyphs/half.path"));
/// Head of shorter notes.
pub const BLACK: Glyph = (118, include_str!("glyphs/black.path"));
/// Flat.
pub const FLAT: Glyph = (90, include_str!("glyphs/flat.path"));
/// Natural.
pub const NATURAL: Glyph = (67, include_str!("glyphs/natural.path"));
/// Sharp.
pub const SHARP: Glyph = (100, include_str!("glyphs/sharp.path"));
/// Double sharp.
pub const DOUBLE_SHARP: Glyph = (100, include_str!("glyphs/double-sharp.path"));
/// Double flat.
pub const DOUBLE_FLAT: Glyph = (165, include_str!("glyphs/double-flat.path"));
/// Flag of an eighth, stem up.
pub const FLAG_8_UP: Glyph = (106, include_str!("glyphs/flag-8-up.path"));
/// The same, stem down.
pub const FLAG_8_DOWN: Glyph = (122, include_str!("glyphs/flag-8-down.path"));
/// Flag of a sixteenth, stem up.
pub const FLAG_16_UP: Glyph = (112, include_str!("glyphs/flag-16-up.path"));
/// The same, stem down.
pub const FLAG_16_DOWN: Glyph = (117, include_str!("glyphs/flag-16-down.path"));
/// Flag of a thirty-second, stem up.
pub const FLAG_32_UP: Glyph = (105, include_str!("glyphs/flag-32-up.path"));
/// The same, stem down.
pub const FLAG_32_DOWN: Glyph = (110, include_str!("glyphs/flag-32-down.path"));
/// Rest of a whole note.
pub const REST_WHOLE: Glyph = (113, include_str!("glyphs/rest-whole.path"));
/// Rest of a half.
pub const REST_HALF: Glyph = (113, include_str!("glyphs/rest-half.path"));
/// Rest of a quarter.
pub const REST_QUARTER: Glyph = (108, include_str!("glyphs/rest-quarter.path"));
/// Rest of an eighth.
pub const REST_8: Glyph = (100, include_str!("glyphs/rest-8.path"));
/// Rest of a sixteenth.
pub const REST_16: Glyph = (128, include_str!("glyphs/rest-16.path"));
/// Rest of a thirty-second.
pub const REST_32: Glyph = (145, include_str!("glyphs/rest-32.path"));
/// Digits of a metre.
pub const DIGITS: [Glyph; 10] = [
    (188, include_str!("glyphs/0.path")),
    (134, include_str!("glyphs/1.path")),
    (178, include_str!("glyphs/2.path")),
    (168, include_str!("glyphs/3.path")),
    (188, include_str!("glyphs/4.path")),
    (161, include_str!("glyphs/5.path")),
    (174, include_str!("glyphs/6.path")),
    (176, include_str!("glyphs/7.path")),
    (174, include_str!("glyphs/8.path")),
    (174, include_str!("glyphs/9.path")),
];
