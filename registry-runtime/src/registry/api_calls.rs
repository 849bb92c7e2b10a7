//! The functions of [`Registry`](super::Registry), on the current node's instance of a declared one.
//!
//! The functions that the macros write call these, and not the methods themselves: whether the key's type is
//! fit for a key is then asked where the registry is declared, and not again in each of them.

use std::hash::Hash;

use super::api::{Key, Message, Value, here};
use super::{
    DeclaredRegistry, DuplicateKeys, Entries, Equivalent, IsMatch, Matched, RegisterError,
    RegistryEvent, Sends, Unique,
};
use crate::gen_server::StartError;
use crate::process::{Actor, Ctx, Info, Pid, SendError};

/// Writes functions that call the method of their name.
macro_rules! calls {
    ($(
        $(#[$attribute:meta])*
        $function:ident = $method:ident
        [$($keys:tt)*] <$($generic:ident),*> ($($argument:ident: $type:ty),*) $(-> $result:ty)?
        where { $($bounds:tt)* }
    )*) => { $(
        $(#[$attribute])*
        #[doc(hidden)]
        pub fn $function<R: DeclaredRegistry$($keys)*, $($generic),*>($($argument: $type),*) $(-> $result)?
        where
            $($bounds)*
        {
            here::<R>().$method($($argument),*)
        }
    )* };
}

calls! {
    start_link = start_link [] <> () -> Result<Pid, StartError> where {}
    start = start [] <> () -> Result<Pid, StartError> where {}
    register = register [] <A>(ctx: &Ctx<A>, key: Key<R>, value: Value<R>) -> Result<(), RegisterError>
        where { A: Info<Message<R>> }
    unregister = unregister [] <A, Q>(ctx: &Ctx<A>, key: &Q)
        where { A: Actor, Q: ?Sized + Hash + Equivalent<Key<R>> }
    unregister_match = unregister_match [] <A, Q, F, B>(ctx: &Ctx<A>, key: &Q, matches: F)
        where {
            A: Actor, Q: ?Sized + Hash + Equivalent<Key<R>>, F: FnMut(&Value<R>) -> B, B: IsMatch,
        }
    keys = keys [] <> (pid: Pid) -> Vec<Key<R>> where {}
    values_by = values_by [] <Q, C>(key: &Q, pid: Pid, clone: C) -> Vec<Value<R>>
        where { Q: ?Sized + Hash + Equivalent<Key<R>>, C: Fn(&Value<R>) -> Value<R> }
    dispatch = dispatch [] <Q, F, T>(key: &Q, f: F) -> Option<T>
        where {
            Q: ?Sized + Hash + Equivalent<Key<R>>,
            F: FnOnce(Entries<'_, Value<R>, Message<R>>) -> T,
        }
    #[inline]
    lookup_one = lookup_by [<Keys = Unique>] <Q, C>(key: &Q, clone: C) -> Option<(Pid, Value<R>)>
        where { Q: ?Sized + Hash + Equivalent<Key<R>>, C: Fn(&Value<R>) -> Value<R> }
    lookup_all = lookup_by [<Keys: DuplicateKeys>] <Q, C>(key: &Q, clone: C) -> Vec<(Pid, Value<R>)>
        where { Q: ?Sized + Hash + Equivalent<Key<R>>, C: Fn(&Value<R>) -> Value<R> }
    with_one = with [<Keys = Unique>] <Q, F, T>(key: &Q, f: F) -> Option<T>
        where { Q: ?Sized + Hash + Equivalent<Key<R>>, F: FnOnce(Pid, &Value<R>) -> T }
    with_all = with [<Keys: DuplicateKeys>] <Q, F, T>(key: &Q, f: F) -> Vec<T>
        where { Q: ?Sized + Hash + Equivalent<Key<R>>, F: FnMut(Pid, &Value<R>) -> T }
    #[inline]
    whereis = whereis [<Keys = Unique>] <Q>(key: &Q) -> Option<Pid>
        where { Q: ?Sized + Hash + Equivalent<Key<R>> }
    #[inline]
    send = send [<Keys = Unique>] <Q, T>(key: &Q, message: T) -> Result<(), SendError>
        where { Message<R>: Sends<T>, Q: ?Sized + Hash + Equivalent<Key<R>> }
    update_value_by = update_value_by [<Keys = Unique>] <A, Q, F, C>(ctx: &Ctx<A>, key: &Q, f: F, clone: C)
        -> Option<(Value<R>, Value<R>)>
        where {
            A: Actor,
            Q: ?Sized + Hash + Equivalent<Key<R>>,
            F: FnOnce(&Value<R>) -> Value<R>,
            C: Fn(&Value<R>) -> Value<R>,
        }
    #[inline]
    publish = publish [<Keys: DuplicateKeys>] <Q, T>(key: &Q, message: T) -> usize
        where { Message<R>: Sends<T>, T: Clone, Q: ?Sized + Hash + Equivalent<Key<R>> }
    matching = matching [] <Q, F, T>(key: &Q, f: F) -> Vec<T::Output>
        where {
            Q: ?Sized + Hash + Equivalent<Key<R>>,
            F: FnMut(Pid, &Value<R>) -> T,
            T: Matched<Value<R>>,
        }
    count_match = count_match [] <Q, F, B>(key: &Q, f: F) -> usize
        where {
            Q: ?Sized + Hash + Equivalent<Key<R>>, F: FnMut(Pid, &Value<R>) -> B, B: IsMatch,
        }
    select = select [] <F, T>(f: F) -> Vec<T> where { F: FnMut(&Key<R>, Pid, &Value<R>) -> Option<T> }
    count_select = count_select [] <F, B>(f: F) -> usize
        where { F: FnMut(&Key<R>, Pid, &Value<R>) -> B, B: IsMatch }
    listen = listen [] <A>(ctx: &Ctx<A>) -> Result<(), RegisterError>
        where { A: Info<RegistryEvent<Key<R>, Value<R>>> }
    unlisten = unlisten [] <A>(ctx: &Ctx<A>) where { A: Actor }
}

#[doc(hidden)]
pub async fn dispatch_parallel<R: DeclaredRegistry, Q, F>(key: &Q, f: F)
where
    Q: ?Sized + Hash + Equivalent<Key<R>>,
    F: Fn(Entries<'_, Value<R>, Message<R>>) + Send + Sync + 'static,
{
    here::<R>().dispatch_parallel(key, f).await;
}

#[doc(hidden)]
pub async fn lock<R: DeclaredRegistry, Q, F, T>(lock_key: &Q, f: F) -> T
where
    Q: ?Sized + Hash + Equivalent<Key<R>> + ToOwned<Owned = Key<R>>,
    F: AsyncFnOnce() -> T,
{
    here::<R>().lock(lock_key, f).await
}
