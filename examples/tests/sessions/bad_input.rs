//! What is no log, or stops being one.

use std::future::pending;
use std::io::{self, Read, Write};
use std::num::NonZeroU64;
use std::sync::mpsc;

use examples::sessions::entry::LINE_LIMIT;
use examples::sessions::options::Input;
use examples::sessions::progress::Progress;
use examples::sessions::source::SAMPLE;
use examples::sessions::{Options, RunError, Source, run};

use tokio::sync::oneshot;

use crate::{line, options, replay, source};

#[registry_runtime::test(flavor = "multi_thread")]
async fn nothing_makes_an_empty_summary() {
    let options = Options {
        crash_every: NonZeroU64::new(1),
        ..options(4)
    };
    let summary = replay(&options, source("")).await;
    assert_eq!((summary.written.lines, summary.clients.len()), (0, 0));
    assert!(summary.to_json().to_string().contains(r#""busiest":[]"#));
}

#[registry_runtime::test(flavor = "multi_thread")]
async fn bytes_that_are_no_log_are_malformed_lines() {
    let mut noise = Vec::new();
    let mut random = 1_u32;
    for _ in 0..300_000 {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        noise.push(random.to_be_bytes()[0]);
    }
    noise.push(b'\n');
    let lines = noise.split_inclusive(|byte| *byte == b'\n').count() as u64;
    noise.extend(line("192.0.2.1", 200).into_bytes());
    let summary = replay(&options(4), source(noise)).await;
    assert_eq!(
        (summary.written.lines, summary.written.malformed),
        (lines + 1, lines)
    );
    assert_eq!(summary.written.replayed, 1);
    assert_eq!(summary.written.named.len(), 5);
}

#[registry_runtime::test(flavor = "multi_thread")]
async fn a_line_of_a_megabyte_is_malformed_and_those_around_it_are_not() {
    let endless = line(&"x".repeat(1_000_000), 200);
    let log = line("192.0.2.1", 200) + &endless + &line("192.0.2.2", 200);
    assert!(endless.len() > LINE_LIMIT);
    let summary = replay(&options(4), source(log)).await;
    assert_eq!((summary.written.lines, summary.written.malformed), (3, 1));
    assert_eq!(summary.written.named[0].0, 2);
    assert_eq!(summary.clients.len(), 2);
}

#[registry_runtime::test(flavor = "multi_thread")]
async fn a_last_line_that_is_cut_off_counts_if_only_its_agent_is() {
    let whole = line("192.0.2.1", 200).repeat(2);
    for (missing, replayed) in [(1, 2), (2, 2), (3, 2), (4, 1), (20, 1)] {
        let log = &whole[..whole.len() - missing];
        let summary = replay(&options(2), source(log)).await;
        assert_eq!(summary.written.lines, 2);
        assert_eq!(
            summary.written.replayed, replayed,
            "{missing} bytes are missing"
        );
    }
}

/// A log that goes on, but not yet.
struct Endless {
    log: io::Cursor<Vec<u8>>,
    end_reached: Option<oneshot::Sender<()>>,
    more: mpsc::Receiver<()>,
}

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.log.read(buffer)?;
        if read == 0 {
            drop(self.end_reached.take());
            let _ = self.more.recv();
        }
        Ok(read)
    }
}

#[registry_runtime::test(flavor = "multi_thread")]
async fn being_stopped_ends_in_a_summary_of_what_was_replayed() {
    let (end_reached, stop) = oneshot::channel();
    let (_never, more) = mpsc::channel();
    let log = io::Cursor::new(SAMPLE.to_vec());
    let reader = Box::new(Endless {
        log,
        end_reached: Some(end_reached),
        more,
    });
    let source = Source {
        reader,
        ..source("")
    };
    let until = async {
        let _ = stop.await;
    };
    let summary = run(&options(4), source, Progress::none(), until)
        .await
        .unwrap();
    assert!(summary.interrupted && summary.adds_up(), "{summary}");
    assert_eq!(summary.registry_count_after, 0);
    // Nobody was asked: all that was replayed was handed over.
    assert_eq!(summary.all().handed_over, summary.written.replayed);
    assert!(summary.to_string().contains("stopped"));
}

/// A log on a broken disk.
struct Breaking;

impl Read for Breaking {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("the disk is on fire"))
    }
}

#[registry_runtime::test(flavor = "multi_thread")]
async fn an_error_of_reading_ends_the_replay_and_the_tree() {
    let source = Source {
        reader: Box::new(Breaking),
        ..source("")
    };
    let error = run(&options(4), source, Progress::none(), pending())
        .await
        .unwrap_err();
    assert!(matches!(error, RunError::Source(_)));
    assert_eq!(error.to_string(), "cannot read test: the disk is on fire");
    // The tree is down: it can be started again.
    replay(&options(1), super::source(SAMPLE)).await;
}

#[test]
fn what_cannot_be_read_is_told_in_one_line() {
    let folder = std::env::temp_dir();
    let told = |input| Source::open(&input).unwrap_err().to_string();
    assert_eq!(
        told(Input::File(folder.clone())),
        format!("cannot read {}: is a directory", folder.display())
    );
    let missing = folder.join("there-is-no-such.log");
    let told = told(Input::File(missing.clone()));
    assert!(
        told.starts_with(&format!("cannot read {}: ", missing.display())),
        "{told}"
    );
    assert_eq!(told.lines().count(), 1);
}

#[test]
fn a_file_is_read() {
    let path = std::env::temp_dir().join(format!("sessions-{}.log", std::process::id()));
    std::fs::File::create(&path)
        .and_then(|mut file| file.write_all(SAMPLE))
        .unwrap();
    let mut read = Vec::new();
    let mut source = Source::open(&Input::File(path.clone())).unwrap();
    source.reader.read_to_end(&mut read).unwrap();
    assert_eq!(
        (source.size, read),
        (Some(SAMPLE.len() as u64), SAMPLE.to_vec())
    );
    std::fs::remove_file(path).unwrap();
}
