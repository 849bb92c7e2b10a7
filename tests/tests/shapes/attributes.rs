//! Docs, `#[cfg]`, lints and visibilities on everything that takes them.
use registry_runtime::prelude::*;

/// The state.
#[gen_server(mailbox = 1_000, call_timeout = infinity,)]
#[derive(Debug, Clone, PartialEq)]
#[must_use = "it counts"]
pub(crate) struct Counter {
    /// An argument.
    #[allow(dead_code, reason = "shown")]
    pub(crate) label: &'static str,
    /// A default.
    #[default(3)]
    value: u64,
    #[cfg(any())]
    #[default]
    gone: NoSuchType,
}

/// The behaviour.
#[gen_server]
#[allow(clippy::needless_pass_by_value, reason = "on the whole impl")]
impl Counter {
    /// Documented.
    #[call]
    #[must_use]
    #[inline]
    pub(crate) fn value(&self) -> u64 {
        self.value
    }

    #[call]
    #[cfg(any())]
    fn gone(&self) -> NoSuchType {
        self.gone
    }

    #[cfg(not(any()))]
    #[cast]
    #[expect(unused_variables, reason = "taken over by the handler")]
    fn kept(&mut self, mut text: String, unused: u8) {
        text.push('x');
        self.value += text.len() as u64;
    }

    #[cfg(any())]
    #[info]
    fn on_number(&mut self, _number: u64) {}

    #[cfg(not(any()))]
    #[info]
    fn on_count(&mut self, count: u64) {
        self.value += count;
    }

    #[call]
    #[deprecated = "call `value`"]
    #[doc(alias = "former")]
    fn old(&self) -> u64 {
        self.value
    }

    #[call]
    fn with_attributes(
        &self,
        #[allow(unused_variables, reason = "on an argument")] by: u64,
    ) -> u64 {
        self.value
    }
}

#[registry_runtime::test]
async fn attributes_everywhere() {
    let counter = Counter::start_link("a").await.unwrap();
    counter.kept("ab".to_owned(), 0).unwrap();
    assert_eq!(counter.value().await.unwrap(), 6);
    #[allow(
        deprecated,
        reason = "the client's method is as deprecated as the handler"
    )]
    let old = counter.old().await.unwrap();
    assert_eq!(old, 6);
}
