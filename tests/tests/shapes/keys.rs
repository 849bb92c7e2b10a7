//! Keys: templates, fields of any type, tuples, and what a registry holds beside the pid.
use registry_runtime::prelude::*;

registry! { Texts, keys = unique, key = String, value = (u8, String), }
registry! { Numbers, keys = unique, key = u64 }
registry! { Pairs, keys = unique, key = (String, u64) }
registry! { Ids, keys = unique, key = Id, value = &'static str }

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Id {
    User(u64),
    Guest,
}

/// The user's own module has the same names as the generated functions.
macro_rules! answering {
    ($($server:ident),*) => {$(
        #[gen_server]
        impl $server {
            #[call]
            fn hello(&self) -> &'static str {
                stringify!($server)
            }
        }
    )*};
}

#[gen_server(registry = Texts, key = "constant", value = (0, String::new()))]
struct Constant {}

#[gen_server(registry = Texts, key = "{}{{<id>}}<<<tenant>>>:{id}", value = (*level, name.clone()))]
struct Template {
    id: u64,
    tenant: char,
    level: u8,
    name: String,
}

#[gen_server(registry = Texts, key = "<left><right>", value = (3, "x".to_owned()))]
struct Adjacent {
    left: String,
    right: String,
}

#[gen_server(registry = Numbers, key = <id>)]
struct ByNumber {
    id: u64,
}

#[gen_server(registry = Pairs, key = (<tenant>, <id>))]
struct ByPair {
    tenant: String,
    id: u64,
}

#[gen_server(registry = Ids, key = <id>, value = "id",)]
struct ById {
    id: Id,
}

answering!(Constant, Template, Adjacent, ByNumber, ByPair, ById);

supervision_tree! {
    App;
    registry!<Texts>;
    registry!<Numbers>;
    registry!<Pairs>;
    registry!<Ids>;
    Constant();
    Template(7, 'x', 3, "n".to_owned());
    Adjacent("a".to_owned(), "b".to_owned());
    ByNumber(5);
    ByPair("t".to_owned(), 1);
    ById(Id::User(3));
    ById(Id::Guest), id = "guest";
}

#[registry_runtime::test]
async fn keys_of_every_form() {
    let app = App::start().await.unwrap();
    assert_eq!(Constant::via().hello().await.unwrap(), "Constant");
    assert_eq!(Template::via(7, 'x').hello().await.unwrap(), "Template");
    assert_eq!(
        Texts::lookup("{}{{7}}<x>:{id}").map(|(_, value)| value),
        Some((3, "n".to_owned()))
    );
    assert_eq!(Adjacent::via("a", "b").hello().await.unwrap(), "Adjacent");
    assert_eq!(ByNumber::via(5).hello().await.unwrap(), "ByNumber");
    assert_eq!(ByPair::via("t", 1).hello().await.unwrap(), "ByPair");
    assert_eq!(ById::via(&Id::Guest).hello().await.unwrap(), "ById");
    assert_eq!(
        Ids::lookup(&Id::User(3)).map(|(_, value)| value),
        Some("id")
    );
    app.shutdown().await;
}
