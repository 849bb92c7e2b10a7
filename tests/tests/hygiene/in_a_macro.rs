//! The user's local names and those of the macros do not meet, wherever the tokens come from.

macro_rules! server {
    ($server:ident, $argument:ident, $variable:ident) => {
        #[::registry_runtime::gen_server]
        struct $server {
            $argument: u64,
        }

        #[::registry_runtime::gen_server]
        impl $server {
            #[call]
            fn sum(&self, $variable: u64, by: u64) -> u64 {
                self.$argument + $variable + by
            }
        }
    };
}

// Two names of one spelling, of which one is the macro's own.
server!(First, by, by_user);
server!(Second, state, by);

#[::registry_runtime::test]
async fn arguments_of_one_spelling() {
    let first = First::start_link(1).await.unwrap();
    ::std::assert_eq!(first.sum(2, 3).await.unwrap(), 6);
    let second = Second::start_link(1).await.unwrap();
    ::std::assert_eq!(second.sum(2, 3).await.unwrap(), 6);
}
