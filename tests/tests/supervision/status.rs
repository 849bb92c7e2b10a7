//! The user's code that the library runs in a server to show it.

use std::fmt;

use registry_runtime::prelude::*;

/// Shows itself as it is told to.
#[gen_server]
struct Shy {
    panics: bool,
}

#[gen_server]
impl Shy {
    #[cast]
    fn calm_down(&mut self) {
        self.panics = false;
    }

    #[call]
    fn ask(&self) {}
}

impl fmt::Debug for Shy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shy")?;
        assert!(!self.panics, "not now");
        Ok(())
    }
}

/// Seen to fail: the server ended.
#[registry_runtime::test]
async fn a_debug_that_panics_harms_nobody() {
    let shy = Shy::start(true).await.unwrap();
    for _ in 0..2 {
        let Err(CallError::Panicked(ExitReason::Panic(panic))) = shy.status().await else {
            panic!("it has no status");
        };
        assert_eq!(panic.message(), "not now");
        assert!(panic.location().is_some());
        assert_eq!(shy.ask().await, Ok(()));
    }
    shy.calm_down().unwrap();
    assert_eq!(shy.status().await, Ok("Shy".to_owned()));
}

/// Waits for its own status, or for none.
#[registry_runtime::test]
async fn a_status_that_nobody_waits_for_harms_nobody() {
    let shy = Shy::start(true).await.unwrap();
    let mut status = std::pin::pin!(shy.status());
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(status.as_mut().poll(&mut cx).is_pending());
    assert_eq!(shy.ask().await, Ok(()));
    assert!(shy.status().await.is_err());
    assert_eq!(shy.ask().await, Ok(()));
}
