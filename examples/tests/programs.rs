//! The examples that are one program each, run to their end: what they print is what they say they show.

use std::process::Command;

/// What an example prints when it is run as its head says; it must end well.
fn output_of(example: &str) -> String {
    // `cargo run`, since a test that is chosen by name may run before the examples are built.
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
    cargo.args(["run", "--quiet", "--package", "examples"]);
    cargo.args(["--example", example]);
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    let output = cargo.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{}\n{text}\n{errors}",
        output.status
    );
    text
}

/// Asserts that the lines begin like this, in this order; others may stand between them.
fn assert_shows(text: &str, expected: &[&str]) {
    let mut lines = text.lines().map(str::trim_start);
    for wanted in expected {
        let found = lines.any(|line| line.starts_with(wanted));
        assert!(
            found,
            "`{wanted}` is not there, or comes before others:\n{text}"
        );
    }
}

#[test]
fn the_tour_ends_where_it_began() {
    let text = output_of("tour");
    assert_shows(
        &text,
        &[
            "the tree starts",
            "three bumps make 3",
            "the reply that was put off came at 6",
            "nothing at nowhere",
            "in a hurry: Some(Timeout)",
            "with a fresh state: 0",
            "sent to 3",
            "ChatApp #PID<",
            "└── Workers #PID<",
            "the tree ends, in reverse order of its start",
            "the lobby \"main\" closes: shutdown",
            "0 sessions are left",
        ],
    );
    // Whoever monitors hears of a death in its own time, and once.
    let heard = |line: &&str| line.contains("bob hears that") && line.ends_with("ended: killed");
    assert_eq!(text.lines().filter(heard).count(), 1, "{text}");
}

#[test]
fn the_agents_count_remember_and_begin_anew() {
    assert_shows(
        &output_of("agent"),
        &[
            "100 tasks have counted to 10000",
            "10000 were taken at once, which leaves 0",
            "27 takes 111 steps, which had to be worked out",
            "97 takes 118 steps, which had to be worked out",
            "27 takes 111 steps, as the cache knows",
            "who sent the function is told:",
            "the agent of that name has 0 entries",
            "27 takes 111 steps, which had to be worked out",
            "Caches #PID<",
        ],
    );
}
