use registry_runtime::prelude::*;

registry! { Quoted, keys = "unique", key = "String" }
registry! { List, keys(unique), key = String }
registry! { By, keys = duplicate_by_key, key = String, val = u8 }
registry! { Word, keys = unique, key = String, partitions = scheduler }
registry! { Text, keys = unique, key = String, partitions = "4" }
registry! { Negative, keys = unique, key = String, partitions = -1 }
registry! { Entries, keys = unique, key = String, meta = [(limit, 3)], listeners = [Watcher] }
registry! { NoLists, keys = unique, key = String, meta = ("limit", 3), listeners = Watcher("x") }
registry! { Twice, keys = unique, key = String, meta = [("limit", 3), ("limit", 4)] }

fn main() {}
