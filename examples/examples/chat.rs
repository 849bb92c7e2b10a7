//! A chat server that `nc` talks to.
//!
//! ```text
//! cargo run -p examples --example chat            # or: … --example chat 0.0.0.0:4000
//! nc 127.0.0.1 4000                               # in other terminals: /nick ann, /join lobby, hello
//! ```
//!
//! It shows: a server for each connection under a dynamic supervisor; unique names (`Users`), where a
//! collision is an error one can answer; rooms as the keys of a duplicate registry, to publish to;
//! presence by listening to both; a slow client that is closed instead of holding up its room; and an
//! orderly end at Ctrl-C, with a word to everybody.

use std::net::SocketAddr;
use std::process::ExitCode;

use examples::chat::{Acceptor, Chat};

#[tokio::main]
async fn main() -> ExitCode {
    let address = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "127.0.0.1:4000".to_owned());
    let Ok(address) = address.parse::<SocketAddr>() else {
        eprintln!("`{address}` is no address: write something like 127.0.0.1:4000");
        return ExitCode::FAILURE;
    };
    let app = match Chat::start(address).await {
        Ok(app) => app,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    if let Ok(address) = Acceptor::via().address().await {
        println!("listening on {address}; end it with Ctrl-C\n");
    }
    println!("{}", app.tree());
    let reason = app.run_until_signal().await;
    println!("ended: {reason}");
    if reason.is_orderly() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
