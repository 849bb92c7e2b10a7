//! Publish and subscribe.

use examples::pubsub::{Event, News, Reader, Readers, Topic, Topics, goal, temperature};
use registry_runtime::prelude::*;

async fn reader(name: &str, topics: &[Topic]) -> ServerRef<Reader> {
    Readers::start_child(Reader::child_spec(name.to_owned(), topics.to_vec()))
        .await
        .unwrap()
}

fn minutes(events: &[Event]) -> Vec<u8> {
    let minute = |event: &Event| match event {
        Event::Goal { minute, .. } => Some(*minute),
        Event::Temperature(_) => None,
    };
    events.iter().filter_map(minute).collect()
}

#[registry_runtime::test]
async fn every_subscriber_of_a_topic_gets_every_event_in_order_and_nobody_else() {
    let app = News::start().await.unwrap();
    assert_eq!(goal("nobody hears", 1), 0);
    let fan = reader("fan", &[Topic::Sport]).await;
    let farmer = reader("farmer", &[Topic::Weather(1), Topic::Weather(2)]).await;
    let both = reader("both", &[Topic::Sport, Topic::Weather(1)]).await;
    for minute in 1..=90 {
        assert_eq!(goal("Union", minute), 2);
    }
    assert_eq!(
        (
            temperature(1, 20.0),
            temperature(2, 21.0),
            temperature(3, 22.0)
        ),
        (2, 1, 0)
    );
    assert_eq!(
        minutes(&fan.read().await.unwrap()),
        (1..=90).collect::<Vec<_>>()
    );
    assert_eq!(
        minutes(&both.read().await.unwrap()),
        (1..=90).collect::<Vec<_>>()
    );
    assert_eq!(
        both.read().await.unwrap().last(),
        Some(&Event::Temperature(20.0))
    );
    assert_eq!(
        farmer.read().await.unwrap(),
        [Event::Temperature(20.0), Event::Temperature(21.0)]
    );
    app.shutdown().await;
    assert_eq!((goal("nobody hears", 2), Topics::count()), (0, 0));
}

#[registry_runtime::test]
async fn one_who_joins_late_has_missed_what_came_before() {
    let app = News::start().await.unwrap();
    let fan = reader("fan", &[Topic::Sport]).await;
    assert_eq!(goal("Union", 1), 1);
    let late = reader("late", &[Topic::Sport]).await;
    assert_eq!(goal("Union", 2), 2);
    fan.unsubscribe(Topic::Sport).await.unwrap();
    assert_eq!(goal("Union", 3), 1);
    assert_eq!(minutes(&fan.read().await.unwrap()), [1, 2]);
    assert_eq!(minutes(&late.read().await.unwrap()), [2, 3]);
    app.shutdown().await;
}

#[registry_runtime::test]
async fn one_who_dies_gets_nothing_any_more_and_its_successor_subscribes_again() {
    let app = News::start().await.unwrap();
    let fan = reader("fan", &[Topic::Sport]).await;
    let doomed = reader("doomed", &[Topic::Sport, Topic::Weather(1)]).await;
    assert_eq!(goal("Union", 1), 2);
    doomed.exit(ExitReason::Kill);
    doomed.pid().ended().await;
    // Nobody who knows of a death finds an entry of the dead.
    assert!(
        Topics::lookup(&Topic::Weather(1))
            .iter()
            .all(|(pid, ())| *pid != doomed.pid())
    );
    while Topics::lookup(&Topic::Weather(1)).is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(goal("Union", 2), 2);
    assert_eq!(minutes(&fan.read().await.unwrap()), [1, 2]);
    assert_eq!(doomed.read().await, Err(CallError::NotRunning));

    // Ended for good, it leaves no trace.
    let successor = Topics::lookup(&Topic::Weather(1))[0].0;
    Readers::terminate_child(successor).await.unwrap();
    assert_eq!((goal("Union", 3), Topics::count()), (1, 1));
    app.shutdown().await;
}
