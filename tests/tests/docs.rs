//! The documents say what is true: their Rust blocks compile and run, the compiler's words are the
//! compiler's, their links lead somewhere, and the list of ported tests
//! names tests that are there.
//!
//! A block marked `rust` is the body of an async function that returns a `Result`, with the prelude and
//! `Duration` in scope; each runs on a node of its own, under tokio's paused clock. One with an
//! `fn main` is a program. `rust,next` goes on where the block before it ended. `rust,compile_fail` is
//! in `docs/pitfalls/` as well, as a file, beside what the compiler says to it; the `text` block that
//! follows quotes that.

#[path = "docs/blocks.rs"]
mod blocks;
#[path = "docs/links.rs"]
mod links;
#[path = "docs/parity.rs"]
mod parity;

use std::path::{Path, PathBuf};

/// The documents and their texts.
fn documents() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let names = ["from-elixir.md", "semantics.md", "architecture.md"];
    names
        .map(|name| {
            let path = folder.join(name);
            let text = std::fs::read_to_string(&path);
            let text = text.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            (path, text)
        })
        .into()
}
