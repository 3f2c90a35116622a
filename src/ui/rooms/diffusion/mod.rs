//! The diffusion room: the story on the left, the chapter's stage on the right.
