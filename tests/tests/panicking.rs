//! The first start of a program, while a panic unwinds. A program of its own, since what a first start does it
//! does once a program.

use std::sync::mpsc::{Sender, channel};

use registry_runtime::prelude::*;

#[gen_server]
struct Echo {}

#[gen_server]
impl Echo {
    #[call]
    fn echo(&self, n: u32) -> u32 {
        n
    }

    #[cast]
    fn fail(&self) {
        panic!("on purpose")
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap()
}

/// Starts a server when it is dropped.
struct Starts(Sender<Result<u32, CallError>>);

impl Drop for Starts {
    fn drop(&mut self) {
        assert!(std::thread::panicking());
        let answer = runtime().block_on(async { Echo::start().await.unwrap().echo(7).await });
        self.0.send(answer).unwrap();
    }
}

#[test]
fn the_first_start_may_come_while_a_panic_unwinds() {
    let (sender, answers) = channel();
    let panics = std::thread::spawn(move || {
        let _starts = Starts(sender);
        panic!("on purpose");
    });
    assert!(panics.join().is_err());
    assert_eq!(answers.recv(), Ok(Ok(7)));
    // What could not be done then is done by the next start: places of panics are noted.
    let reason = runtime().block_on(async {
        let echo = Echo::start().await.unwrap();
        echo.fail().unwrap();
        echo.ended().await
    });
    let ExitReason::Panic(panic) = reason else {
        panic!("{reason}")
    };
    assert!(panic.location().is_some());
}
