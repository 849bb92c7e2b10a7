//! The crate that is compiled.

use std::fmt::Write as _;

use crate::HANDLERS;

/// Its manifest; the library is at `runtime`.
pub(crate) fn manifest(runtime: &str) -> String {
    format!(
        "[package]\nname = \"hundred\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dependencies]\nregistry-runtime = {{ path = {runtime:?} }}\n\
         tokio = {{ version = \"1.54\", features = [\"full\"] }}\n"
    )
}

/// Its `main.rs`.
pub(crate) fn program(servers: usize) -> String {
    let mut text = String::from(
        "//! Written by `benchmarks/compile`.\nuse registry_runtime::prelude::*;\n\n\
         supervision_tree! {\n    pub App;\n    registry!<pub Names, keys = unique, key = String>;\n",
    );
    for n in 0..servers {
        let _ = writeln!(text, "    Server{n}(\"x\".to_owned(), {n});");
    }
    text.push_str("}\n\n");
    for n in 0..servers {
        server(&mut text, n);
    }
    text.push_str(
        "type Use = std::pin::Pin<Box<dyn Future<Output = Result<(), Box<dyn std::error::Error>>>>>;\n\n\
         #[tokio::main]\nasync fn main() -> Result<(), Box<dyn std::error::Error>> {\n    \
         let app = App::start().await?;\n    let uses: Vec<Use> = vec![\n",
    );
    for n in 0..servers {
        let _ = writeln!(text, "        Box::pin(use_{n}()),");
    }
    text.push_str(
        "    ];\n    for uses in uses {\n        uses.await?;\n    }\n    app.shutdown().await;\n    Ok(())\n}\n",
    );
    text
}

/// Five calls, three casts, a call that waits, and an info; and a function that uses them.
fn server(text: &mut String, n: usize) {
    let _ = writeln!(
        text,
        "#[gen_server(registry = Names, key = \"server-{n}:<id>\")]\npub struct Server{n} {{\n    \
         id: String,\n    n: u64,\n    #[default]\n    hits: u64,\n}}\n\n\
         #[gen_server]\nimpl Server{n} {{"
    );
    let mut uses = String::new();
    for i in 0..HANDLERS {
        let (handler, call) = match i {
            0..5 => (
                format!("#[call] fn get{i}(&self, x: u64) -> u64 {{ self.hits + self.n + x }}"),
                format!("server.get{i}(1).await?;"),
            ),
            5 => (
                "#[call] async fn slow(&mut self, text: String) -> String { tokio::task::yield_now().await; text }"
                    .to_owned(),
                "server.slow(String::new()).await?;".to_owned(),
            ),
            6 => (
                "#[info] fn down(&mut self, down: Down) { let _ = (down, &self.id); }".to_owned(),
                String::new(),
            ),
            _ => (
                format!("#[cast] fn put{i}(&mut self, x: u64) {{ self.hits += x; }}"),
                format!("server.put{i}(1)?;"),
            ),
        };
        let _ = writeln!(text, "    {handler}");
        if !call.is_empty() {
            let _ = writeln!(uses, "    {call}");
        }
    }
    let _ = writeln!(
        text,
        "}}\n\nasync fn use_{n}() -> Result<(), Box<dyn std::error::Error>> {{\n    \
         let server = Server{n}::via(\"x\");\n{uses}    Ok(())\n}}\n"
    );
}
