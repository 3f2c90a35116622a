//! What the visitor's system prefers.

/// Less motion, please.
pub fn reduced_motion() -> bool {
    let query = gloo_utils::window().match_media("(prefers-reduced-motion: reduce)");
    query.ok().flatten().is_some_and(|query| query.matches())
}
