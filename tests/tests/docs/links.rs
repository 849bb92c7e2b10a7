//! Checks the links of the documents that do not lead into the web.

use std::path::Path;

/// `[text](target)` of a text, outside of fenced blocks.
fn links(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut fenced = false;
    for line in text.lines() {
        if line.starts_with("```") {
            fenced = !fenced;
        }
        let mut rest = line;
        while let Some((before, after)) = rest.split_once("](").filter(|_| !fenced) {
            let Some((target, tail)) = after.split_once(')') else {
                break;
            };
            let text = before.rsplit_once('[').map_or("", |(_, text)| text);
            found.push((text.to_owned(), target.to_owned()));
            rest = tail;
        }
    }
    found
}

/// What GitHub makes of a heading.
fn anchor(heading: &str) -> String {
    let letters = heading.trim().to_lowercase();
    let kept = letters.chars().filter_map(|letter| match letter {
        ' ' => Some('-'),
        letter if letter.is_alphanumeric() || letter == '-' || letter == '_' => Some(letter),
        _ => None,
    });
    kept.collect()
}

fn has_heading(text: &str, wanted: &str) -> bool {
    let mut fenced = false;
    text.lines().any(|line| {
        if line.starts_with("```") {
            fenced = !fenced;
        }
        !fenced && line.starts_with('#') && anchor(line.trim_start_matches('#')) == wanted
    })
}

/// What is wrong with a link; nothing if nothing is.
fn fault(path: &Path, own: &str, text: &str, target: &str) -> Option<String> {
    if let Some(address) = target.strip_prefix("https://") {
        let host = address.split('/').next().unwrap_or_default();
        let is_host = host.contains('.') && !address.contains(char::is_whitespace);
        return (!is_host).then(|| format!("`{target}` is no address"));
    }
    let (file, fragment) = target.split_once('#').unwrap_or((target, ""));
    let path = if file.is_empty() {
        path.to_owned()
    } else {
        path.parent()?.join(file)
    };
    if !path.exists() {
        return Some(format!("there is no `{target}`"));
    }
    let there = if file.is_empty() {
        own.to_owned()
    } else {
        std::fs::read_to_string(&path).unwrap_or_default()
    };
    if !fragment.is_empty() && !has_heading(&there, fragment) {
        return Some(format!("`{target}` has no such heading"));
    }
    // A link to a Rust file is named after something in it: a test, mostly.
    let name = text.trim_matches('`');
    let is_item = path.extension().is_some_and(|extension| extension == "rs")
        && !name.contains('.')
        && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    if is_item
        && !["fn", "struct", "enum", "trait", "mod", "macro_rules!"]
            .iter()
            .any(|kind| there.contains(&format!("{kind} {name}")))
    {
        return Some(format!("`{file}` has no `{name}`"));
    }
    None
}

#[test]
fn the_links_lead_somewhere() {
    let mut faults = Vec::new();
    let mut all = 0;
    for (path, own) in super::pages() {
        let found = links(&own);
        all += found.len();
        for (text, target) in found {
            if let Some(fault) = fault(&path, &own, &text, &target) {
                faults.push(format!("{}: {fault}", path.display()));
            }
        }
    }
    assert!(all > 150, "the links are found: {all}");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Paths in backticks, such as `registry-runtime/src/sync.rs`, are checked as links are; they begin at
/// the root, or at a folder that the page is in.
#[test]
fn the_paths_lead_somewhere() {
    let root = super::root();
    let mut faults = Vec::new();
    for (document, text) in super::pages() {
        let mut fenced = false;
        for line in text.lines() {
            if line.starts_with("```") {
                fenced = !fenced;
            }
            if fenced {
                continue;
            }
            for code in line.split('`').skip(1).step_by(2) {
                let is_path = [
                    "registry-runtime/",
                    "registry-macros/",
                    "tests/",
                    "examples/",
                    "benchmarks/",
                    "fuzz/",
                    "docs/",
                    ".ci/",
                ]
                .iter()
                .any(|start| code.starts_with(start));
                let there = || {
                    let above = document.ancestors().skip(1);
                    above
                        .take_while(|folder| folder.starts_with(&root))
                        .any(|folder| folder.join(code).exists())
                };
                if is_path && !code.contains(['*', '…', ' ']) && !there() {
                    faults.push(format!("{}: there is no `{code}`", document.display()));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// `architecture.md` shows every room: the folders of both crates.
#[test]
fn the_map_shows_every_room() {
    let map = std::fs::read_to_string(super::root().join("docs/architecture.md")).unwrap();
    let mut missing = Vec::new();
    for sources in ["registry-runtime/src", "registry-macros/src"] {
        for entry in std::fs::read_dir(super::root().join(sources)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let room = format!("`{sources}/{name}`");
            let file = format!("`{sources}/{name}.rs`");
            if path.is_dir() && !map.contains(&room) && !map.contains(&file) {
                missing.push(room);
            }
        }
    }
    assert!(missing.is_empty(), "not on the map: {}", missing.join(", "));
}
