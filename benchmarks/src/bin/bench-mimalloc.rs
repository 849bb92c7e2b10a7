//! The same measurements under mimalloc; started by `bench`.

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    benchmarks::main("mimalloc")
}
