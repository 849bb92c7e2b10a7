//! What Elixir does, the library does: the first seeds, wherever there is Elixir. All of them must have run in CI.

use std::io::Write;

use registry_oracle::here::Clock;
use registry_oracle::run::{Failed, run};
use registry_oracle::{quiet, report, rules};

#[test]
fn the_same_scenarios_come_to_the_same() {
    let ci = std::env::var_os("CI").is_some_and(|ci| ci == "true");
    let seeds = match std::env::var("ORACLE_SEEDS") {
        Ok(seeds) => seeds.parse().expect("ORACLE_SEEDS is a number"),
        Err(_) if ci => 300,
        Err(_) => 60,
    };
    quiet();
    match run(0..seeds, &[Clock::Paused, Clock::Real], 2, 3) {
        // Not by a macro, whose text the test harness would keep to itself.
        Err(Failed::NoElixir) if !ci => {
            let _ = std::io::stderr().write_all(b"skipped: there is no `elixir` on the path\n");
        }
        Err(failed) => panic!("{failed:?}"),
        Ok(found) => assert!(found.differences.is_empty(), "{}", report::text(&found)),
    }
}

#[test]
fn each_rule_names_a_row_of_what_differs() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/from-elixir.md");
    let page = std::fs::read_to_string(page).expect("the page is there");
    let (_, rows) = page
        .split_once("\n## What differs, and why\n")
        .expect("the section is there");
    for (row, _) in rules::RULES {
        assert!(
            rows.contains(&format!("\n| **{row}")),
            "there is no row {row:?}"
        );
    }
}
