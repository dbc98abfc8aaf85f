//! The `rampart` binary.

fn main() -> std::process::ExitCode {
    rampart::cli::run()
}
