//! Servers in functions, in macros by example, in other modules, behind another path.
use registry_runtime::prelude::*;

/// The struct is here, and its handlers elsewhere.
mod apart {
    pub(super) mod state {
        use registry_runtime::prelude::*;

        #[gen_server]
        pub(in crate::places) struct Counter {
            pub(in crate::places) value: u64,
        }
    }

    mod behaviour {
        use super::state::Counter;
        use registry_runtime::prelude::*;

        #[gen_server]
        impl Counter {
            #[call]
            pub(crate) fn value(&self) -> u64 {
                self.value
            }

            #[cast]
            pub(in crate::places) fn bump(&mut self) {
                self.value += 1;
            }
        }
    }

    mod by_path {
        #[registry_runtime::gen_server]
        pub(super) struct Paths {}

        #[registry_runtime::gen_server]
        impl self::Paths {}

        #[registry_runtime::gen_server(client = Handle)]
        impl super::Renamed {
            #[call]
            pub(super) fn one(&self) -> u8 {
                1
            }
        }
    }

    #[registry_runtime::gen_server]
    pub(super) struct Renamed;

    #[registry_runtime::test]
    async fn a_client_with_a_name_of_its_own() {
        let _paths = by_path::Paths::start_link().await.unwrap();
        let handle: by_path::Handle = Renamed::start_link().await.unwrap();
        assert_eq!(handle.one().await.unwrap(), 1);
    }
}

#[registry_runtime::test]
async fn an_impl_in_another_module() {
    let counter = apart::state::Counter::start_link(1).await.unwrap();
    counter.bump().unwrap();
    assert_eq!(counter.value().await.unwrap(), 2);
}

#[registry_runtime::test]
async fn everything_in_a_function_body() {
    registry! { Locals, keys = unique, key = u64 }

    #[gen_server(registry = Locals, key = <id>)]
    struct Local {
        id: u64,
    }

    #[gen_server]
    impl Local {
        #[call]
        fn id(&self) -> u64 {
            self.id
        }
    }

    supervision_tree! {
        App;
        registry!<Locals>;
        Local(3);
    }

    let app = App::start().await.unwrap();
    assert_eq!(Local::via(3).id().await.unwrap(), 3);
    app.shutdown().await;
}

macro_rules! counter {
    ($registry:ident, $tree:ident, $name:ident { $($field:ident: $ty:ty = $value:expr),* } $call:ident($arg:ident: $arg_ty:ty) -> $reply:ty $body:block, $id:expr) => {
        registry! { $registry, keys = unique, key = u64, }

        #[gen_server(registry = $registry, key = <id>, call_timeout = 3s)]
        struct $name {
            id: u64,
            $(#[default($value)] $field: $ty,)*
        }

        #[gen_server]
        impl $name {
            #[call]
            fn $call(&mut self, $arg: $arg_ty) -> $reply {
                self.id += 1;
                $body
            }

            #[cast]
            fn fixed(&mut self, value: u64) {
                $(self.$field = value;)*
            }

            #[call]
            fn both(&self) -> (u64, u64) {
                (self.id $(, self.$field)*)
            }
        }

        supervision_tree! {
            $tree;
            registry!<$registry>;
            $name($id);
        }
    };
}

mod made {
    use super::*;
    counter! { Counters, CounterTree, Made { count: u64 = 1 } grow(by: u64) -> u64 { let next = by + 1; next }, 40 + 2 }

    #[registry_runtime::test]
    async fn everything_in_a_macro_by_example() {
        let app = CounterTree::start().await.unwrap();
        assert_eq!(Made::via(42).grow(1).await.unwrap(), 2);
        Made::via(42).fixed(9).unwrap();
        assert_eq!(Made::via(42).both().await.unwrap(), (43, 9));
        app.shutdown().await;
    }
}

/// `crate = path`, as in a crate that re-exports the runtime under another name.
mod reexported {
    mod vendor {
        pub(crate) mod deep {
            pub(crate) use registry_runtime as actors;
        }
    }
    use vendor::deep::actors::prelude::{gen_server, registry, supervision_tree};

    registry! { Names, keys = unique, key = String, crate = vendor::deep::actors }

    #[gen_server(registry = Names, key = "<name>", crate = vendor::deep::actors)]
    struct Player {
        name: String,
    }

    #[gen_server(crate = vendor::deep::actors)]
    impl Player {
        #[call]
        fn length(&self) -> usize {
            self.name.len()
        }
    }

    supervision_tree! {
        Game, crate = vendor::deep::actors;
        registry!<Names>;
        Player("ann".to_owned());
    }

    #[registry_runtime::test]
    async fn the_runtime_under_another_path() {
        let app = Game::start().await.unwrap();
        assert_eq!(Player::via("ann").length().await.unwrap(), 3);
        app.shutdown().await;
    }
}
