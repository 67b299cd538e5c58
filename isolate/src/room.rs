//! How much room there is: of addresses, and of memory. Containers allow less than the machine has.

use std::{fs, path::Path};

/// Where Linux shows the limits of groups of processes.
const GROUPS: &str = "/sys/fs/cgroup";

/// How many bytes of addresses this process may have, mapped or not. None: as many as there are.
pub(crate) fn addresses() -> Option<u64> {
    #[cfg(unix)]
    return rustix::process::getrlimit(rustix::process::Resource::As).current;
    #[cfg(not(unix))]
    None
}

/// How many bytes of memory this process may have, as far as that is known.
pub(crate) fn memory() -> Option<u64> {
    machine().into_iter().chain(group()).min()
}

/// How much the machine has.
fn machine() -> Option<u64> {
    #[cfg(target_os = "linux")]
    {
        let info = rustix::system::sysinfo();
        Some((info.totalram as u64).saturating_mul(u64::from(info.mem_unit)))
    }
    #[cfg(not(target_os = "linux"))]
    None
}

/// How much the groups of processes allow that this one is in.
fn group() -> Option<u64> {
    let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
    // The second version has one line, `0::/path`, and the first a line for each controller. Each group is bounded by those
    // that it lies in.
    let of_line = |line: &str| {
        let (controllers, path) = line.split_once(':')?.1.split_once(':')?;
        let (root, file) = match controllers {
            "" => (GROUPS.to_owned(), "memory.max"),
            _ if controllers.split(',').any(|one| one == "memory") => {
                (format!("{GROUPS}/memory"), "memory.limit_in_bytes")
            }
            _ => return None,
        };
        let limit =
            |group: &Path| fs::read_to_string(Path::new(&root).join(group).join(file)).ok()?.trim().parse().ok();
        Path::new(path.trim_start_matches('/')).ancestors().filter_map(limit).min()
    };
    groups.lines().filter_map(of_line).min()
}
