//! Publish and subscribe, within one program.
//!
//! ```text
//! cargo run -p examples --example pubsub
//! ```
//!
//! It shows: topics as the keys of a duplicate registry, of a type of one's own; messages that the
//! compiler checks, at the publisher and at the subscriber; a subscriber that joins late, one that goes,
//! and one that crashes: nobody else notices, and its successor subscribes again.

use std::error::Error;

use examples::pubsub::{News, Reader, Readers, Topic, Topics, goal, temperature};
use registry_runtime::prelude::*;

const HOME: u32 = 10_115;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = News::start().await?;
    let reader =
        |name: &str, topics: &[Topic]| Reader::child_spec(name.to_owned(), topics.to_vec());

    let fan = Readers::start_child(reader("fan", &[Topic::Sport])).await?;
    let both = Readers::start_child(reader("both", &[Topic::Sport, Topic::Weather(HOME)])).await?;
    println!("goal: {} readers", goal("Union", 12));
    println!("weather: {} reader", temperature(HOME, 21.5));
    println!("weather elsewhere: {} readers", temperature(80_331, 17.0));

    let late = Readers::start_child(reader("late", &[Topic::Sport])).await?;
    println!("\none joins late; goal: {} readers", goal("Hertha", 44));
    println!("  fan  {:?}", fan.read().await?);
    println!("  both {:?}", both.read().await?);
    println!("  late {:?}", late.read().await?);

    late.unsubscribe(Topic::Sport).await?;
    println!("\nit goes again; goal: {} readers", goal("Union", 67));

    both.exit(ExitReason::Kill);
    both.pid().ended().await;
    println!("\none is killed, and started again by its supervisor");
    // How its successor is found, which has a pid of its own: by its subscription.
    let again = loop {
        let subscribed = Topics::lookup(&Topic::Weather(HOME));
        if let Some((pid, ())) = subscribed.first() {
            break *pid;
        }
        tokio::task::yield_now().await;
    };
    println!(
        "  {} is {again} now; goal: {} readers",
        both.pid(),
        goal("Union", 90)
    );
    println!("  fan  {:?}", fan.read().await?);

    println!("\n{}", app.tree());
    app.shutdown().await;
    Ok(())
}
