//! Names that are ours too, and names that are keywords.
use registry_runtime::prelude::*;

/// Handlers called as the functions that every client has, or that generated code may call.
mod handlers {
    use super::*;

    #[gen_server]
    pub(super) struct Clash {
        seen: u64,
    }

    #[gen_server]
    impl Clash {
        #[call]
        fn stop(&mut self) -> u64 {
            self.seen += 1;
            self.seen
        }

        #[call]
        fn timeout(&self) -> u64 {
            self.seen
        }

        #[call]
        fn pid(&self) -> u64 {
            self.seen
        }

        #[call]
        fn whereis(&self) -> u64 {
            self.seen
        }

        #[cast]
        fn exit(&mut self) {
            self.seen += 10;
        }

        #[call]
        fn new(&self) -> u64 {
            self.seen
        }

        #[call]
        fn call(
            &self,
            call: u64,
            cast: u64,
            client: u64,
            server: u64,
            msg: u64,
            address: u64,
        ) -> u64 {
            self.seen + call + cast + client + server + msg + address
        }

        #[cast]
        fn cast(&mut self, state: u64, ctx: u64, message: u64, reply: u64, result: u64, this: u64) {
            self.seen += state + ctx + message + reply + result + this;
        }

        #[call]
        fn clone(&self) -> u64 {
            self.seen
        }

        #[call]
        fn from(&self, into: u64) -> u64 {
            self.seen + into
        }

        #[call]
        fn monitor(&self) -> u64 {
            self.seen
        }

        #[call]
        fn drop(&self) -> u64 {
            self.seen
        }
    }

    #[registry_runtime::test]
    async fn handlers_with_names_of_ours() {
        let clash = Clash::start_link(0).await.unwrap();
        assert_eq!(clash.stop().await.unwrap(), 1);
        assert_eq!(clash.timeout().await.unwrap(), 1);
        assert_eq!(clash.pid().await.unwrap(), 1);
        assert_eq!(clash.whereis().await.unwrap(), 1);
        clash.exit().unwrap();
        assert_eq!(clash.new().await.unwrap(), 11);
        assert_eq!(clash.call(1, 1, 1, 1, 1, 1).await.unwrap(), 17);
        clash.cast(1, 1, 1, 1, 1, 1).unwrap();
        assert_eq!(clash.clone().await.unwrap(), 17);
        assert_eq!(clash.from(1).await.unwrap(), 18);
        assert_eq!(clash.monitor().await.unwrap(), 17);
        assert_eq!(clash.drop().await.unwrap(), 17);
    }
}

/// Types called as those of the prelude, of the runtime, and of generated code.
mod types {
    use registry_runtime::prelude::{GenServer, gen_server};

    #[derive(Clone, Debug, PartialEq)]
    pub(super) struct Msg(u8);
    #[derive(Clone, Debug, PartialEq)]
    pub(super) struct Result(u8);
    #[derive(Clone, Debug, PartialEq)]
    pub(super) struct Option(u8);
    #[derive(Clone, Debug, PartialEq)]
    pub(super) struct String(u8);
    #[derive(Clone, Debug, PartialEq)]
    pub(super) struct Call(u8);

    #[gen_server]
    pub(super) struct Client {
        msg: Msg,
        result: Result,
    }

    #[gen_server]
    impl Client {
        #[call]
        fn result(&self) -> Result {
            self.result.clone()
        }

        #[call]
        fn option(&mut self, msg: Msg, call: Call) -> Option {
            self.msg = msg;
            Option(self.msg.0 + call.0)
        }

        #[info]
        fn on_text(&mut self, String(by): String) {
            self.result.0 += by;
        }
    }

    #[registry_runtime::test]
    async fn types_with_names_of_ours() {
        let client = Client::start_link(Msg(1), Result(2)).await.unwrap();
        assert_eq!(client.result().await.unwrap(), Result(2));
        assert_eq!(client.option(Msg(3), Call(4)).await.unwrap(), Option(7));
        fn is_server<S: GenServer>() {}
        is_server::<Client>();
    }
}

/// Keywords, raw.
mod raw {
    use super::*;

    registry! { r#Type, keys = unique, key = String, value = u8 }

    #[gen_server(registry = r#Type, key = "loop:<type>", value = *r#as)]
    struct r#Loop {
        r#type: String,
        r#as: u8,
        #[default]
        r#in: u8,
    }

    #[gen_server]
    impl r#Loop {
        #[call]
        fn r#match(&mut self, r#fn: u8) -> u8 {
            self.r#in += r#fn + self.r#as;
            self.r#in
        }

        #[cast]
        fn r#move(&mut self, r#ref: String) {
            self.r#type = r#ref;
        }
    }

    supervision_tree! {
        r#Struct;
        registry!<r#Type>;
        r#Loop("a".to_owned(), 3);
    }

    #[registry_runtime::test]
    async fn raw_identifiers() {
        let app = r#Struct::start().await.unwrap();
        assert_eq!(r#Loop::via("a").r#match(4).await.unwrap(), 7);
        Loop::via("a").r#move("b".to_owned()).unwrap();
        assert_eq!(r#Type::lookup("loop:a").map(|(_, value)| value), Some(3));
        app.shutdown().await;
    }
}

/// Fields called as what `start_link` and `via` may call their own variables.
mod fields {
    use super::*;

    registry! { Named, keys = unique, key = String }

    #[gen_server(registry = Named, key = "<key>:<args>:<value>")]
    struct Fields {
        key: u8,
        args: u8,
        value: u8,
        ctx: u8,
        seed: u8,
        cell: u8,
        node: u8,
    }

    #[gen_server]
    impl Fields {
        #[call]
        fn sum(&self) -> u8 {
            self.key + self.args + self.value + self.ctx + self.seed + self.cell + self.node
        }
    }

    #[registry_runtime::test]
    async fn fields_with_names_of_ours() {
        let _registry = Named::start_link().await.unwrap();
        let _server = Fields::start_link(1, 2, 3, 4, 5, 6, 7).await.unwrap();
        assert_eq!(Fields::via(1, 2, 3).sum().await.unwrap(), 28);
    }
}

/// Names of one letter, as generic parameters have them.
mod letters {
    use super::*;

    registry! { H, keys = unique, key = String, value = u8, message = u8 }

    /// The server is called as a parameter of its own client's may be.
    macro_rules! servers {
        ($($server:ident),*) => {$(
            #[gen_server(registry = H, key = "<name>", value = 1)]
            struct $server {
                name: &'static str,
            }

            #[gen_server]
            impl $server {
                #[call]
                fn name(&self) -> &'static str {
                    self.name
                }

                #[info]
                fn on_message(&mut self, _message: u8) {}
            }
        )*};
    }

    servers!(A, C, G, K, M, N, V);

    supervision_tree! {
        X;
        registry!<H>;
        registry!<F, keys = duplicate, key = u8, value = u8, message = u8>;
        registry!<Q, keys = duplicate, key = u8, value = u8, message = u8>;
        registry!<R, keys = unique, key = u8, value = u8, message = u8>;
        registry!<T, keys = unique, key = u8, value = u8, message = u8>;
        dynamic_supervisor!<S, holds = [A]>;
        dynamic_supervisor!<pub(self) P>;
        partition_supervisor!<D, partitions = 2> { |number| K(if number == 0 { "k0" } else { "k1" }) };
        task_supervisor!<pub(self) E>;
        supervisor!<B> { C("c"); };
        G("g");
        M("m");
        N("n");
        V("v");
    }

    #[registry_runtime::test]
    async fn names_of_one_letter() {
        let app = X::start().await.unwrap();
        let server = S::start_child(A::child_spec("a")).await.unwrap();
        assert_eq!(server.name().await.unwrap(), "a");
        assert_eq!(P::count_children().active, 0);
        assert!(D::via(&1).unwrap().name().await.unwrap().starts_with('k'));
        assert!(B::whereis().is_some());
        let task = E::run(async { 3 }).unwrap();
        assert_eq!(task.await.unwrap(), 3);
        assert_eq!(H::count(), 8);
        assert_eq!(Q::publish(&1, 1) + F::publish(&1, 1), 0);
        assert_eq!(R::lookup(&1).or(T::lookup(&1)), None);
        assert_eq!(C::via("c").name().await.unwrap(), "c");
        assert_eq!(V::via("v").name().await.unwrap(), "v");
        app.shutdown().await;
    }
}
