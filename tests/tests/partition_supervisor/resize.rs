//! `resize!/2`.

use registry_runtime::prelude::*;
use registry_runtime::supervisor::ResizeError;
use registry_runtime::{ChildInfo, ChildState, Children, SupervisorError};

use super::support::{number, numbered};

#[registry_runtime::test]
async fn resize_stops_partitions_and_starts_them_again() {
    let numbers = numbered(8).start_link().await.unwrap();
    let children: Vec<_> = numbers
        .which_children()
        .iter()
        .filter_map(ChildInfo::pid)
        .collect();
    assert_eq!(numbers.resize(4).await, Ok(8));
    assert_eq!(numbers.partitions(), 4);
    let Children { specs, active, .. } = numbers.count_children();
    assert_eq!((specs, active), (8, 4));
    for (partition, child) in numbers.which_children().iter().enumerate() {
        let expected = match partition {
            0..4 => ChildState::Running(children[partition]),
            _ => ChildState::Stopped,
        };
        assert_eq!(child.state, expected);
    }
    assert_eq!(number(&numbers, 7).await, Ok(3));
    assert_eq!(numbers.resize(0).await, Ok(4));
    assert_eq!(numbers.partitions(), 0);
    assert_eq!(number(&numbers, 7).await, Err(CallError::NotRunning));
    assert_eq!(numbers.resize(8).await, Ok(0));
    assert_eq!(numbers.count_children().active, 8);
    assert_eq!(number(&numbers, 7).await, Ok(7));
    assert_eq!(numbers.resize(8).await, Ok(8));
}

#[registry_runtime::test]
async fn resize_goes_no_further_than_the_number_it_was_started_with() {
    let numbers = numbered(8).start_link().await.unwrap();
    let error = numbers.resize(9).await.unwrap_err();
    assert_eq!(error, ResizeError::TooMany { most: 8, got: 9 });
    assert!(error.to_string().contains("at most 8"), "{error}");
    assert_eq!(numbers.partitions(), 8);
    numbers.shutdown().await;
    let error = numbers.resize(4).await.unwrap_err();
    assert!(
        matches!(
            error,
            ResizeError::Supervisor(SupervisorError::NotRunning(_))
        ),
        "{error}"
    );
}

#[registry_runtime::test]
async fn resizes_at_the_same_time_come_one_after_the_other() {
    let numbers = numbered(8).start_link().await.unwrap();
    let resizes = (0..32).map(|n| {
        let numbers = numbers.clone();
        Task::run(async move { numbers.resize(n % 9).await.map(drop) })
    });
    let done = Task::await_many(resizes, std::time::Duration::from_secs(60))
        .await
        .unwrap();
    assert!(done.iter().all(Result::is_ok), "{done:?}");
    assert_eq!(numbers.count_children().active, numbers.partitions());
}

#[registry_runtime::test]
async fn a_resize_that_is_given_up_is_put_right_by_the_next() {
    let numbers = numbered(8).start_link().await.unwrap();
    let give_up = async |to: usize| {
        tokio::select! {
            biased;
            _ = numbers.resize(to) => panic!("the supervisor has not run since"),
            () = std::future::ready(()) => {}
        }
    };
    give_up(2).await;
    assert_eq!(
        numbers.partitions(),
        2,
        "no key leads to one that may be ended"
    );
    assert_eq!(numbers.resize(3).await, Ok(2));
    assert_eq!(numbers.count_children().active, 3);
    give_up(8).await;
    assert_eq!(
        numbers.partitions(),
        3,
        "no key leads to one that may not run"
    );
    assert_eq!(numbers.resize(6).await, Ok(3));
    assert_eq!(numbers.count_children().active, 6);
    assert_eq!(number(&numbers, 5).await, Ok(5));
}
