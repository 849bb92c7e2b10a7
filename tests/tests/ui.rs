//! What the compiler says of a mistake is part of the product: each case is a mistake that a user makes,
//! and what is printed has to be enough to mend it.
//!
//! `TRYBUILD=overwrite cargo test -p registry-tests --test ui` writes the expected output anew: read what
//! changes as someone would who sees it for the first time. `cargo test … --test ui -- mistakes trybuild=publish`
//! tries the cases with `publish` in their path alone.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The compiler whose words the expected output has. Where only the macros speak, the output is the same
/// under every compiler; where rustc does, its wording changes from release to release, and the case is left
/// out under another one.
const RUSTC: &str = "1.95";

#[test]
fn mistakes() {
    let cases = trybuild::TestCases::new();
    let is_blessed = version().is_none_or(|version| version.starts_with(&format!("{RUSTC}.")));
    for case in cases_in(Path::new("ui/fail")) {
        if is_blessed || !rustc_speaks(&case) {
            cases.compile_fail(case);
        }
    }
}

/// Where a message points into the standard library, rustc quotes the line if the component `rust-src` is
/// installed, and prints the path alone if it is not. So a golden that points there fails on one of two machines.
/// Such a case needs another form: one where the macro tells of the mistake before rustc gets there.
#[test]
fn no_golden_points_into_the_standard_library() {
    let cases = cases_in(Path::new("ui/fail"));
    assert!(cases.len() > 100);
    let goldens = cases.iter().map(|case| case.with_extension("stderr"));
    let found: Vec<String> = goldens
        .flat_map(|golden| {
            let text = fs::read_to_string(&golden).unwrap();
            let lines = (1..).zip(text.lines());
            let pointing = lines.filter(|(_, line)| points_into_std(line));
            pointing
                .map(|(number, _)| format!("{}:{number}", golden.display()))
                .collect::<Vec<_>>()
        })
        .collect();
    assert!(found.is_empty(), "{found:#?}");
}

/// Whether a line has a path of the standard library's source, as trybuild or as rustc writes it.
fn points_into_std(line: &str) -> bool {
    ["$RUST", "/rustlib/src/", "/rustc/"]
        .iter()
        .any(|path| line.contains(path))
}

/// All cases, by theme and name.
fn cases_in(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in
        fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()))
    {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(cases_in(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Whether the expected output has more in it than the macros' own messages.
fn rustc_speaks(case: &Path) -> bool {
    let expected = fs::read_to_string(case.with_extension("stderr")).unwrap_or_default();
    expected.lines().any(|line| {
        [
            "error[",
            "error: cannot find",
            "error: future",
            "error: expected one of",
            "warning",
            "note:",
            "help:",
        ]
        .iter()
        .any(|start| line.starts_with(start))
    })
}

/// `1.95.0`; nothing if it cannot be found out, and then everything is tried.
fn version() -> Option<String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.split_whitespace().nth(1).map(str::to_owned)
}
