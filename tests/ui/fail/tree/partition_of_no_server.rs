use registry_runtime::prelude::*;

#[gen_server]
pub struct Shard {
    number: usize,
}

// The attribute was forgotten.
impl Shard {
    fn number(&self) -> usize {
        self.number
    }
}

supervision_tree! {
    pub App;
    partition_supervisor!<pub Shards, partitions = 4> { |number| Shard(number) };
}

fn main() {}
