//! Everything in the prelude means something else here.
#![allow(
    dead_code,
    non_camel_case_types,
    non_snake_case,
    non_upper_case_globals,
    unused_macros,
    reason = "there to be in the way"
)]

use ::registry_runtime::DeclaredRegistry as _;
use ::registry_runtime::{gen_server, match_spec, registry, supervision_tree};

struct Option;
struct Result;
struct Box;
struct String;
struct Vec;
struct Arc;
struct Pin;
struct PhantomData;
struct Duration;
struct Future;
struct Ctx;
struct Pid;
struct ReplyTo;
struct ChildSpec;
struct ServerRef;
struct Some;
struct Ok;
struct Err;
struct None;
struct Any;
trait Send {}
trait Sync {}
trait Sized {}
trait Clone {}
trait Default {}
trait From {}
trait Into {}
trait Iterator {}
trait IntoIterator {}
trait Drop {}
trait Fn {}
trait FnOnce {}
trait Copy {}
trait Debug {}
trait Display {}
trait Deref {}
trait GenServer {}
trait Actor {}
trait Info {}
trait Named {}
fn drop() {}
struct u8;
struct u32;
struct usize;
struct bool;
struct str;
mod std {}
mod core {}
mod alloc {}
mod tokio {}
mod registry_runtime {}
mod inventory {}

macro_rules! panic {
    ($($t:tt)*) => {
        ::core::compile_error!("the user's `panic!` is called")
    };
}
macro_rules! format {
    ($($t:tt)*) => {
        ::core::compile_error!("the user's `format!` is called")
    };
}
macro_rules! vec {
    ($($t:tt)*) => {
        ::core::compile_error!("the user's `vec!` is called")
    };
}
macro_rules! matches {
    ($($t:tt)*) => {
        ::core::compile_error!("the user's `matches!` is called")
    };
}
macro_rules! write {
    ($($t:tt)*) => {
        ::core::compile_error!("the user's `write!` is called")
    };
}
macro_rules! unreachable {
    ($($t:tt)*) => {
        ::core::compile_error!("the user's `unreachable!` is called")
    };
}
macro_rules! concat {
    ($($t:tt)*) => {
        ::core::compile_error!("the user's `concat!` is called")
    };
}
macro_rules! stringify {
    ($($t:tt)*) => {
        ::core::compile_error!("the user's `stringify!` is called")
    };
}
macro_rules! format_args {
    ($($t:tt)*) => {
        ::core::compile_error!("the user's `format_args!` is called")
    };
}
macro_rules! module_path {
    ($($t:tt)*) => {
        ::core::compile_error!("the user's `module_path!` is called")
    };
}
macro_rules! line {
    ($($t:tt)*) => {
        ::core::compile_error!("the user's `line!` is called")
    };
}
macro_rules! file {
    ($($t:tt)*) => {
        ::core::compile_error!("the user's `file!` is called")
    };
}
macro_rules! assert {
    ($($t:tt)*) => {
        ::core::compile_error!("the user's `assert!` is called")
    };
}

registry! { Sessions, keys = unique, key = ::std::string::String, value = u64 }

#[gen_server(registry = Sessions, key = "session:<id>", value = *id, call_timeout = 3s)]
struct Session {
    id: u64,
    #[default]
    count: u64,
}

#[gen_server]
impl Session {
    #[call]
    fn id(&self) -> u64 {
        self.id
    }

    #[cast]
    async fn bump(&mut self, by: u64) {
        self.count += by;
    }

    #[call]
    fn count(&self) -> ::core::result::Result<u64, ()> {
        ::core::result::Result::Ok(self.count)
    }

    #[info]
    fn on_event(&mut self, event: u64) {
        self.count += event;
    }
}

supervision_tree! {
    App, strategy = one_for_one, max_restarts = 3, within = 5s;
    registry!<Sessions>;
    registry!<Topics, keys = duplicate, key = u64, message = u64>;
    dynamic_supervisor!<Pool, max_children = 3>;
    Session(3), restart = transient, shutdown = 5s;
    supervisor!<Nested> {
        for id in 4..6_u64 {
            Session(id), id = ::std::format!("{id}");
        }
    };
}

#[::registry_runtime::test]
async fn nothing_of_the_users_is_taken_for_the_standard_librarys() {
    let app = App::start().await.unwrap();
    Session::via(3).bump(2).unwrap();
    ::std::assert_eq!(
        Session::via(3).count().await.unwrap(),
        ::core::result::Result::Ok(2)
    );
    let found = Sessions::select(match_spec! { (_, pid, value) if *value > 3 => (pid, *value) });
    ::std::assert_eq!(
        ::core::iter::Iterator::count(::core::iter::IntoIterator::into_iter(found)),
        2
    );
    app.shutdown().await;
}
