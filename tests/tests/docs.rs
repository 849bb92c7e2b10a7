//! The documents say what is true: their Rust blocks compile and run, the compiler's words are the
//! compiler's, their links lead somewhere, their commands name what is there, and so does the list
//! of ported tests.
//!
//! A block marked `rust` is the body of an async function that returns a `Result`, with the prelude and
//! `Duration` in scope; each runs on a node of its own, under tokio's paused clock. One with an
//! `fn main` is a program. `rust,next` goes on where the block before it ended. `rust,compile_fail` is
//! in `docs/pitfalls/` as well, as a file, beside what the compiler says to it; the `text` block that
//! follows quotes that.

#[path = "docs/blocks.rs"]
mod blocks;
#[path = "docs/commands.rs"]
mod commands;
#[path = "docs/links.rs"]
mod links;
#[path = "docs/manifests.rs"]
mod manifests;
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

/// The folder that all of it is in.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// All pages of the repository and their texts: the documents, and whatever else is in Markdown.
fn pages() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("the folder can be read") {
            let path = entry.expect("the folder can be read").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if path.is_dir() {
                // What is built, hidden, or written for rustdoc, where links are rustdoc's.
                let of_rustdoc = path.ends_with("registry-macros/src/docs");
                if !name.starts_with('.') && name != "target" && !of_rustdoc {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "md")
                && !path.is_symlink()
            {
                let text = std::fs::read_to_string(&path).expect("the page can be read");
                found.push((path, text));
            }
        }
    }
    found.sort();
    found
}
