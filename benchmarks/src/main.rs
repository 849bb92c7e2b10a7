//! The command: drives the benchmarks, and measures under the system's allocator.

fn main() -> std::process::ExitCode {
    benchmarks::main("system")
}
