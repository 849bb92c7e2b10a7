//! Checks the `cargo` commands that the pages, and the heads of programs, tell people to run: what they
//! name is there. (What they do is seen by running them, in a bare clone.)
//!
//! Seen to fail: with an example, a test and a manifest renamed in the README and in an example's head.

use std::path::{Path, PathBuf};

/// Rust files whose heads say how to run them.
fn heads() -> Vec<(PathBuf, String)> {
    let folders = [
        "examples/examples",
        "benchmarks/src/bin",
        "benchmarks/src/bin/peers",
        "fuzz/targets",
    ];
    let mut heads = Vec::new();
    for folder in folders {
        for entry in std::fs::read_dir(super::root().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let head: Vec<_> = text
                    .lines()
                    .map_while(|line| line.strip_prefix("//!"))
                    .collect();
                heads.push((path, head.join("\n")));
            }
        }
    }
    heads
}

/// The commands of a text: lines of blocks, and what stands in backticks, from `cargo` on.
fn commands(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut fenced = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if fenced {
            found.extend(from_cargo(line));
        } else {
            found.extend(line.split('`').skip(1).step_by(2).filter_map(from_cargo));
        }
    }
    found
}

/// What a shell would run, without variables before it, comments, and what another program gets.
fn from_cargo(line: &str) -> Option<String> {
    let line = line.split(" #").next().unwrap_or_default();
    let at = line.find("cargo ")?;
    let before = line[..at].trim();
    let alone = before.is_empty()
        || before.ends_with('|')
        || before.split_whitespace().all(|word| word.contains('='));
    alone.then(|| line[at..].to_owned())
}

/// What a command names that is not there.
fn faults(command: &str) -> Vec<String> {
    let root = super::root();
    let words: Vec<_> = command
        .split_whitespace()
        .take_while(|word| *word != "--")
        .collect();
    let mut faults = Vec::new();
    for pair in words.windows(2) {
        let [option, name] = pair else { continue };
        let there = match *option {
            "-p" => [
                "registry-runtime",
                "registry-macros",
                "tests",
                "tests/oracle",
                "examples",
                "benchmarks",
            ]
            .iter()
            .any(|package| is_package(&root.join(package), name)),
            "--example" => root.join(format!("examples/examples/{name}.rs")).exists(),
            "--test" => {
                let tests = root.join("tests/tests");
                tests.join(format!("{name}.rs")).exists()
                    || tests.join(name).join("main.rs").exists()
            }
            "--bin" => {
                let bins = root.join("benchmarks/src/bin");
                bins.join(format!("{name}.rs")).exists() || bins.join(name).join("main.rs").exists()
            }
            "--manifest-path" => root.join(name).exists(),
            "--fuzz-dir" => root.join(name).join("Cargo.toml").exists(),
            _ => true,
        };
        if !there {
            faults.push(format!("`{option} {name}` of `{command}`"));
        }
    }
    faults
}

fn is_package(folder: &Path, name: &str) -> bool {
    std::fs::read_to_string(folder.join("Cargo.toml"))
        .is_ok_and(|manifest| manifest.contains(&format!("name = \"{name}\"")))
}

#[test]
fn the_commands_name_what_is_there() {
    let mut missing = Vec::new();
    let mut all = 0;
    for (path, text) in super::pages().into_iter().chain(heads()) {
        for command in commands(&text) {
            all += 1;
            let faults = faults(&command);
            missing.extend(
                faults
                    .iter()
                    .map(|fault| format!("{}: {fault}", path.display())),
            );
        }
    }
    assert!(all > 30, "the commands are found: {all}");
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
