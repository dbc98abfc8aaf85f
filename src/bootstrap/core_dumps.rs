//! No core dumps: the memory of this process holds the master key and secrets in use.

use rustix::process::{Resource, Rlimit, setrlimit};

/// Sees to it that a crash of this process leaves no image of its memory.
///
/// # Errors
/// Where the system refuses; the process can go on.
pub fn forbid_core_dumps() -> std::io::Result<()> {
    setrlimit(
        Resource::Core,
        Rlimit {
            current: Some(0),
            maximum: Some(0),
        },
    )?;
    // The limit is for files: where Linux pipes dumps to a collector, it is not asked. This also
    // keeps other processes of the same user from attaching to this one.
    #[cfg(target_os = "linux")]
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t23_neither_a_file_nor_a_collector_gets_a_core() {
        forbid_core_dumps().unwrap();
        let limit = rustix::process::getrlimit(Resource::Core);
        assert_eq!((limit.current, limit.maximum), (Some(0), Some(0)));
        #[cfg(target_os = "linux")]
        assert_eq!(
            rustix::process::dumpable_behavior().unwrap(),
            rustix::process::DumpableBehavior::NotDumpable
        );
    }
}
