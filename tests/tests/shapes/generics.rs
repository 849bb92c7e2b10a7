//! Type and const parameters, with bounds where a user may put them.
use std::fmt::Debug;
use std::marker::PhantomData;

use registry_runtime::prelude::*;

#[gen_server]
struct Stack<T: Clone + Send + 'static> {
    #[default]
    items: Vec<T>,
    limit: usize,
}

#[gen_server]
impl<T: Clone + Send + 'static> Stack<T> {
    #[call]
    fn push(&mut self, item: T) -> Result<usize, T> {
        if self.items.len() == self.limit {
            return Err(item);
        }
        self.items.push(item);
        Ok(self.items.len())
    }

    #[call]
    fn pop(&mut self) -> Option<T> {
        self.items.pop()
    }
}

#[gen_server]
struct Ring<T, const N: usize>
where
    T: Copy + Default + Debug + Send + Sync + 'static,
{
    #[default([T::default(); N])]
    cells: [T; N],
    #[default]
    next: usize,
}

#[gen_server]
impl<T, const N: usize> Ring<T, N>
where
    T: Copy + Default + Debug + Send + Sync + 'static,
{
    #[cast]
    async fn put(&mut self, cell: T) {
        self.cells[self.next % N] = cell;
        self.next += 1;
    }

    #[call]
    async fn all(&self) -> [T; N] {
        self.cells
    }
}

/// The parameter is in no field that is an argument, and not in any message.
#[gen_server]
struct Tagged<T: Send + 'static> {
    #[default]
    tag: PhantomData<fn() -> T>,
    name: &'static str,
}

#[gen_server]
impl<T: Send + 'static> Tagged<T> {
    #[call]
    fn describe(&self) -> String {
        let _ = self.tag;
        format!("{} of {}", self.name, std::any::type_name::<T>())
    }
}

/// A parameter with a default, and an associated type in a message.
#[gen_server]
struct Sums<I: Iterator<Item: Into<u64> + Send> + Send + 'static = std::vec::IntoIter<u32>> {
    source: I,
}

#[gen_server]
impl<I: Iterator<Item: Into<u64> + Send> + Send + 'static> Sums<I> {
    #[call]
    fn next(&mut self, plus: I::Item) -> Option<u64> {
        self.source.next().map(|item| item.into() + plus.into())
    }
}

#[registry_runtime::test]
async fn a_server_with_a_type_parameter() {
    let stack = Stack::start_link(1).await.unwrap();
    assert_eq!(stack.push("a".to_owned()).await.unwrap(), Ok(1));
    assert_eq!(
        stack.push("b".to_owned()).await.unwrap(),
        Err("b".to_owned())
    );
    assert_eq!(stack.pop().await.unwrap().as_deref(), Some("a"));
}

#[registry_runtime::test]
async fn a_server_with_a_const_parameter_and_a_where_clause() {
    let ring = Ring::<u8, 3>::start_link().await.unwrap();
    for cell in 1..=4 {
        ring.put(cell).unwrap();
    }
    assert_eq!(ring.all().await.unwrap(), [4, 2, 3]);
}

#[registry_runtime::test]
async fn a_parameter_that_no_message_has() {
    let tagged = Tagged::<u8>::start_link("tag").await.unwrap();
    assert_eq!(tagged.describe().await.unwrap(), "tag of u8");
}

#[registry_runtime::test]
async fn a_parameter_with_a_default_and_an_associated_type() {
    let sums: <Sums as GenServer>::Client<_> =
        Sums::start_link(vec![1_u32, 2].into_iter()).await.unwrap();
    assert_eq!(sums.next(10).await.unwrap(), Some(11));
    assert_eq!(sums.next(10).await.unwrap(), Some(12));
    assert_eq!(sums.next(10).await.unwrap(), None);
}
