//! Checks that the tests which `tests/parity/README.md` names are there.
//!
//! Seen to fail: with a test renamed in the list, and with one renamed in its file.

use std::path::{Path, PathBuf};

struct Source {
    /// The file's name, without `.rs`.
    stem: String,
    text: String,
}

fn sources(folder: &Path, into: &mut Vec<Source>) {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
            let text = std::fs::read_to_string(&path).unwrap();
            into.push(Source { stem, text });
        }
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// Whether a file of this name, or of any, has the test.
fn has(sources: &[Source], file: Option<&str>, test: &str) -> bool {
    // A test that runs over several kinds of registries is generic.
    let starts = [format!("fn {test}("), format!("fn {test}<")];
    sources
        .iter()
        .filter(|source| file.is_none_or(|file| source.stem == file))
        .any(|source| starts.iter().any(|start| source.text.contains(start)))
}

/// The names in one cell that lead nowhere: `file.rs`, `test`, `file::test` and, for what fails to
/// compile, `folder/case`.
fn faults(cell: &str, sources: &[Source], cases: &Path) -> Vec<String> {
    let mut file: Option<&str> = None;
    let mut faults = Vec::new();
    for code in cell.split('`').skip(1).step_by(2) {
        let found = if let Some(stem) = code.strip_suffix(".rs") {
            file = Some(stem);
            sources.iter().any(|source| source.stem == stem)
        } else if let Some((stem, test)) = code.split_once("::") {
            !is_name(test) || has(sources, Some(stem), test)
        } else if let Some((folder, case)) = code.split_once('/') {
            let is_case = is_name(folder) && is_name(case) && case.contains('_');
            !is_case || cases.join(folder).join(format!("{case}.rs")).exists()
        } else {
            let is_test = is_name(code) && code.contains('_');
            !is_test || has(sources, file, code)
        };
        if !found {
            faults.push(code.to_owned());
        }
    }
    faults
}

#[test]
fn the_ported_tests_are_there() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let list = std::fs::read_to_string(package.join("parity/README.md")).unwrap();
    let mut all = Vec::new();
    sources(&package.join("tests"), &mut all);
    // Some promises are seen from inside alone.
    sources(&package.join("../registry-runtime/src"), &mut all);
    let mut missing = Vec::new();
    let mut rows = 0;
    for line in list.lines() {
        let Some(row) = line.strip_prefix("| ") else {
            continue;
        };
        let cells = row.split(" | ").skip(1);
        rows += 1;
        for fault in cells.flat_map(|cell| faults(cell, &all, &package.join("ui/fail"))) {
            missing.push(format!("`{fault}` in: {line}"));
        }
    }
    assert!(rows > 200, "the list's tables are read: {rows} rows");
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
