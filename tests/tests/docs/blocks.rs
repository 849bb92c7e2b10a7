//! Compiles and runs the Rust blocks of the documents.

use std::fmt::Write as _;
use std::path::Path;

/// A fenced block.
struct Block {
    document: String,
    /// The line of its first line.
    line: usize,
    language: String,
    text: String,
}

fn blocks() -> Vec<Block> {
    let mut blocks = Vec::new();
    for (path, text) in super::documents() {
        let document = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .replace('-', "_");
        let mut open: Option<Block> = None;
        for (line, text) in (1..).zip(text.lines()) {
            match (text.strip_prefix("```"), open.as_mut()) {
                (Some(language), None) => {
                    open = Some(Block {
                        document: document.clone(),
                        line: line + 1,
                        language: language.to_owned(),
                        text: String::new(),
                    });
                }
                (Some(_), Some(_)) => blocks.extend(open.take()),
                (None, Some(block)) => {
                    block.text.push_str(text);
                    block.text.push('\n');
                }
                (None, None) => {}
            }
        }
        assert!(
            open.is_none(),
            "{}: the last block is not closed",
            path.display()
        );
    }
    blocks
}

/// The source of one program that runs all blocks, each in a module named after its line.
fn program() -> String {
    let mut groups: Vec<(String, bool, String)> = Vec::new();
    for block in blocks() {
        let Block {
            document,
            line,
            language,
            text,
        } = block;
        match language.as_str() {
            "rust" | "rust,no_run" => {
                groups.push((format!("{document}_line_{line}"), language == "rust", text));
            }
            "rust,next" => match groups.last_mut() {
                Some((_, _, before)) => before.push_str(&text),
                None => panic!("line {line} goes on from nothing"),
            },
            "elixir" | "rust,compile_fail" | "sh" | "text" | "toml" => {}
            other => panic!("line {line} is in `{other}`"),
        }
    }
    let mut source =
        "#![allow(warnings, reason = \"an example need not use all it has\")]\n".to_owned();
    let mut calls = String::new();
    for (name, runs, text) in groups {
        let _ = writeln!(source, "mod {name} {{");
        let run = if text.contains("fn main") {
            source.push_str(&text);
            "std::process::Termination::report(main())"
        } else {
            let _ = writeln!(
                source,
                "use registry_runtime::prelude::*;\nuse std::time::Duration;\n\
                 async fn body() -> Result<(), Box<dyn std::error::Error>> {{\n{text}Ok(())\n}}"
            );
            "std::process::Termination::report(\
             registry_runtime::node::TestRuntime::new().start_paused().run(body()))"
        };
        let _ = writeln!(
            source,
            "pub fn run() -> std::process::ExitCode {{ {run} }}\n}}"
        );
        if runs {
            let _ = writeln!(calls, "check(\"{name}\", {name}::run);");
        }
    }
    let _ = writeln!(source, "{CHECK}\nfn main() {{\n{calls}}}");
    source
}

/// Says which block it was that failed.
const CHECK: &str = r#"
fn check(name: &str, run: fn() -> std::process::ExitCode) {
    let done = std::panic::catch_unwind(run);
    assert!(done.is_ok_and(|code| code == std::process::ExitCode::SUCCESS), "{name} failed");
}
"#;

/// The blocks that do not compile, and what is quoted of the compiler's answers.
fn pitfalls() -> Vec<(String, String)> {
    let blocks = blocks();
    let fails = |pair: &[Block]| match pair {
        [block, quote] if block.language == "rust,compile_fail" => {
            assert_eq!(
                quote.language, "text",
                "what the compiler says follows line {}",
                block.line
            );
            Some((block.text.clone(), quote.text.clone()))
        }
        _ => None,
    };
    blocks.windows(2).filter_map(fails).collect()
}

/// A text without what differs between a document and a file: indentation and empty lines.
fn lines(text: &str) -> Vec<&str> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect()
}

#[test]
fn the_blocks_compile_and_run() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("documents.rs");
    std::fs::write(&path, program()).expect("the target folder can be written to");
    let tests = trybuild::TestCases::new();
    tests.pass(path);
    tests.compile_fail("tests/docs/pitfalls/*.rs");
}

#[test]
fn the_compilers_words_are_the_compilers() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/docs/pitfalls");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("the folder can be read").path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            let read = |path: &Path| std::fs::read_to_string(path).unwrap_or_default();
            files.push((read(&path), read(&path.with_extension("stderr"))));
        }
    }
    let pitfalls = pitfalls();
    assert_eq!(pitfalls.len(), files.len(), "a block a file");
    for (block, quote) in pitfalls {
        let holds = |(source, _): &&(String, String)| {
            let source = lines(source);
            lines(&block).iter().all(|line| source.contains(line))
        };
        let (_, said) = files
            .iter()
            .find(holds)
            .unwrap_or_else(|| panic!("in no file:\n{block}"));
        let said = lines(said);
        for line in lines(&quote).into_iter().filter(|line| *line != "…") {
            assert!(
                said.contains(&line),
                "the compiler does not say `{line}`, but:\n{}",
                said.join("\n")
            );
        }
    }
}
