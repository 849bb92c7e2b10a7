//! A shop over HTTP: axum's handlers call servers by name.
//!
//! ```text
//! cargo run -p examples --example web             # or: … --example web 0.0.0.0:3000
//! curl -X POST localhost:3000/carts/ann           # opens a cart: 201
//! curl -X PUT  localhost:3000/carts/ann/items/tea # 200
//! curl         localhost:3000/carts/ann           # 200, and 404 for a cart that is not open
//! curl -X POST localhost:3000/carts/ann/checkout  # 200, and the cart is closed
//! curl         localhost:3000                     # the living tree
//! ```
//!
//! Carts of the users `broke`, `slow` and `crash` end at the checkout with 402, 504 and 500.
//!
//! It shows: calls from plain axum handlers, with no state to pass around; errors of calls and starts
//! as the statuses that they mean; a crash that costs one request, and not the program; and, at Ctrl-C,
//! requests that are answered before what they call ends.

use std::net::SocketAddr;
use std::process::ExitCode;

use examples::web::{Http, Shop};

#[tokio::main]
async fn main() -> ExitCode {
    let address = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "127.0.0.1:3000".to_owned());
    let Ok(address) = address.parse::<SocketAddr>() else {
        eprintln!("`{address}` is no address: write something like 127.0.0.1:3000");
        return ExitCode::FAILURE;
    };
    let app = match Shop::start(address).await {
        Ok(app) => app,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    if let Ok(address) = Http::via().address().await {
        println!("listening on http://{address}; end it with Ctrl-C");
    }
    let reason = app.run_until_signal().await;
    println!("ended: {reason}");
    if reason.is_orderly() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
