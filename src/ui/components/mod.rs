//! What several rooms use. Components only show state and report what the visitor does.

pub mod chart;
pub mod choice;
pub mod class_field;
pub mod cloud;
pub mod controls;
pub mod diagnosis;
pub mod equation;
pub mod extras;
pub mod feature_maps;
pub mod fetched;
pub mod header;
pub mod icon;
pub mod kept;
pub mod model_card;
pub mod notices;
pub mod pad;
pub mod pen;
pub mod pick;
pub mod picture;
pub mod plane_view;
pub mod progress;
pub mod save;
pub mod seed;
pub mod share;
pub mod slider;
pub mod transport;
