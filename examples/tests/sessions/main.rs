//! The replay of access logs, checked against a count without any servers.

mod bad_input;

use std::collections::BTreeMap;
use std::future::pending;
use std::io::{self, Read};
use std::num::NonZeroU64;

use examples::sessions::entry::Entry;
use examples::sessions::progress::Progress;
use examples::sessions::source::SAMPLE;
use examples::sessions::{Options, Source, Summary, chaos, run};

fn options(concurrency: usize) -> Options {
    registry_runtime::set_reporter(|report| {
        if !chaos::was_asked_for(report) {
            eprintln!("{report}");
        }
    });
    Options {
        concurrency,
        ..Options::default()
    }
}

fn source(log: impl Into<Vec<u8>>) -> Source {
    let log = log.into();
    Source {
        name: "test".to_owned(),
        size: Some(log.len() as u64),
        reader: Box::new(io::Cursor::new(log)),
    }
}

async fn replay(options: &Options, source: Source) -> Summary {
    let summary = run(options, source, Progress::none(), pending())
        .await
        .unwrap();
    assert!(summary.adds_up(), "{summary}");
    assert_eq!(summary.registry_count, summary.clients.len());
    assert_eq!(summary.registry_count_after, 0);
    assert!(!summary.interrupted);
    summary
}

fn counts(summary: &Summary) -> BTreeMap<String, u64> {
    let clients = summary.clients.iter();
    clients
        .map(|client| (client.name.to_string(), client.requests()))
        .collect()
}

/// What a map counts.
fn naive(log: &[u8]) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for line in log.split(|byte| *byte == b'\n') {
        if let Ok(entry) = Entry::parse(line) {
            *counts.entry(entry.client.to_owned()).or_default() += 1;
        }
    }
    counts
}

fn line(client: &str, status: u16) -> String {
    format!("{client} - - [29/Feb/2024:09:00:39 +0000] \"GET / HTTP/1.1\" {status} - \"-\" \"-\"\n")
}

#[registry_runtime::test(flavor = "multi_thread")]
async fn each_client_is_counted_as_a_map_would_count_it() {
    for writers in [1, 8] {
        let summary = replay(&options(writers), source(SAMPLE)).await;
        assert_eq!(counts(&summary), naive(SAMPLE));
        assert_eq!(summary.all().living, summary.written.replayed);
        assert_eq!(summary.written.lines, 188);
        assert_eq!(
            summary
                .written
                .named
                .iter()
                .map(|(line, _)| *line)
                .collect::<Vec<_>>(),
            [151, 172]
        );
        assert_eq!(summary.restarts, 0);
        let heard = summary.heard;
        assert_eq!(heard.first_visits, summary.clients.len() as u64);
        assert_eq!(
            heard.client_errors + heard.server_errors,
            summary.written.errors
        );
        let bursts = summary
            .bursts
            .iter()
            .map(|burst| &*burst.client)
            .collect::<Vec<_>>();
        assert_eq!(bursts, ["198.51.100.2", "203.0.113.99"]);
    }
}

#[registry_runtime::test(flavor = "multi_thread")]
async fn whatever_crashes_every_line_is_accounted_for() {
    let log = SAMPLE.repeat(200);
    for (writers, every) in [(1, 50), (8, 50), (8, 3), (8, 1)] {
        let options = Options {
            crash_every: NonZeroU64::new(every),
            ..options(writers)
        };
        let summary = replay(&options, source(&*log)).await;
        assert_eq!(counts(&summary), naive(&log));
        assert!(summary.restarts > 0);
        let all = summary.all();
        assert!(all.handed_over > 0 && all.lost_with_state > 0, "{summary}");
        assert_eq!(summary.heard.returns, summary.restarts);
    }
}

#[registry_runtime::test(flavor = "multi_thread")]
async fn one_client_may_be_crashed_again_and_again() {
    let options = Options {
        crash_every: NonZeroU64::new(2),
        ..options(4)
    };
    let summary = replay(&options, source(line("192.0.2.1", 500).repeat(5000))).await;
    assert_eq!(
        counts(&summary),
        BTreeMap::from([("192.0.2.1".to_owned(), 5000)])
    );
    assert!(summary.restarts > 0);
}

#[registry_runtime::test(flavor = "multi_thread")]
async fn many_writers_start_one_server_for_a_client() {
    let log: String = (0..300)
        .map(|n| line(&format!("192.0.2.{}", n % 3), 200))
        .collect();
    for _ in 0..20 {
        // A block for each few lines, so that all writers have some.
        let reader = Box::new(Dripping(io::Cursor::new(log.clone().into_bytes())));
        let source = Source {
            reader,
            ..source("")
        };
        let summary = replay(&options(16), source).await;
        assert_eq!(summary.clients.len(), 3);
        assert_eq!(summary.heard.first_visits, 3);
        assert!(summary.clients.iter().all(|client| client.living == 100));
    }
}

/// Reads a few bytes at a time.
struct Dripping(io::Cursor<Vec<u8>>);

impl Read for Dripping {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let size = buffer.len().min(200);
        self.0.read(&mut buffer[..size])
    }
}
