//! Checks what the manifests promise to users: the minimum supported Rust version, and that both published crates
//! carry what crates.io shows.
//!
//! Seen to fail: with `rust-version = "1.86"`, and with a `readme` and a licence file taken away.

use std::process::Command;

/// `1.88` and `1.88.0` as `(1, 88)`.
fn version(text: &str) -> (u32, u32) {
    let mut parts = text.split('.').map(|part| part.parse().unwrap());
    (parts.next().unwrap(), parts.next().unwrap())
}

#[test]
fn no_locked_package_needs_a_newer_rust() {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .current_dir(super::root())
        .output()
        .unwrap();
    // Without the index, `cargo metadata` may know less than the test needs; then it says so.
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata = String::from_utf8(output.stdout).unwrap();
    let needs: Vec<_> = metadata
        .split("\"rust_version\":\"")
        .skip(1)
        .filter_map(|rest| rest.split_once('"'))
        .map(|(text, _)| version(text))
        .collect();
    let manifest = std::fs::read_to_string(super::root().join("Cargo.toml")).unwrap();
    let (_, stated) = manifest.split_once("rust-version = \"").unwrap();
    let stated = version(stated.split_once('"').unwrap().0);
    assert!(needs.len() > 20, "{} packages state one", needs.len());
    assert!(needs.iter().all(|need| *need <= stated), "{needs:?}");
}

#[test]
fn both_crates_carry_what_the_index_shows() {
    for package in ["registry-runtime", "registry-macros"] {
        let folder = super::root().join(package);
        let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        for key in [
            "description = ",
            "license.workspace = true",
            "repository.workspace = true",
            "documentation = ",
            "readme = ",
            "keywords = ",
            "categories = ",
        ] {
            assert!(manifest.contains(key), "{package}: {key}");
        }
        for file in ["README.md", "LICENSE-MIT", "LICENSE-APACHE"] {
            assert!(folder.join(file).exists(), "{package}: {file}");
        }
    }
}
