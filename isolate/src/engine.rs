//! The engine that compiles and runs guests: what is set, and how many instances there may be at once.

use crate::{fault::Fault, room};
use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

/// How many instances there may be at once, unless the addresses don't suffice.
pub(crate) const INSTANCES: u32 = 1024;

/// With fewer than that, instances are had on demand.
const FEWEST: u32 = 16;

/// What the memory of an instance takes of the addresses: four gigabytes, which is all that 32 bits reach, and what guards it.
const SLOT: u64 = (4 << 30) + (32 << 20);

/// How much stack a guest may take of its thread's. Its own stack, of which `wasm/build.sh` sets the size, ends first: what
/// recurses in Python gets a RecursionError. With 768 KiB, `repr` of lists in lists came to this end before.
const STACK: usize = 1280 << 10;

/// How much of a stack the host's own functions may need, below those of the guest.
const HOST_STACK: usize = 512 << 10;

/// How much of a memory is kept for the next instance at most, instead of being given back.
const KEPT: u64 = 4 << 20;

/// The same of a table: all of it.
const KEPT_TABLE: usize = 256 << 10;

/// How memories are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// So many places are reserved ahead.
    Pool(u32),
    /// Each memory reserves all addresses that it can have.
    OnDemand,
    /// A memory has the addresses that it needs at the time, and the code checks each access.
    Tight,
}

/// An engine for code that is interrupted by the clock and, with `fuel`, counts what it does, and how many bytes of each memory it keeps
/// for the next instance. Up to so many instances have their places ahead.
pub(crate) fn new(fuel: bool, instances: u32) -> Result<(Engine, usize), Fault> {
    let mut layout = best(instances, room::addresses());
    loop {
        match (Engine::new(&config(fuel, layout)), layout) {
            (Ok(engine), _) => return Ok((engine, layout.kept())),
            // A container may refuse what the limits would allow.
            (Err(_), Layout::Pool(count)) if count / 2 >= FEWEST => layout = Layout::Pool(count / 2),
            (Err(_), Layout::Pool(_)) => layout = Layout::OnDemand,
            (Err(error), _) => return Err(Fault::Guest(error.to_string())),
        }
    }
}

/// Runs what enters a guest with as much stack as both sides may need. A thread of the usual size has it, unless it is deep in
/// other work; then there is another stack meanwhile, as running out of one would end the process.
pub(crate) fn with_stack<R>(enter: impl FnOnce() -> R) -> R {
    stacker::maybe_grow(STACK + HOST_STACK, STACK + 2 * HOST_STACK, enter)
}

/// The layout for this room.
fn best(instances: u32, addresses: Option<u64>) -> Layout {
    // Half of what there is: others need addresses, too.
    let places = addresses.map_or(u64::MAX, |addresses| addresses / 2 / SLOT);
    let places = u32::try_from(places).unwrap_or(u32::MAX);
    match places.min(instances) {
        0 if instances == 0 && places >= FEWEST => Layout::OnDemand,
        count if count > 0 && (count == instances || count >= FEWEST) => Layout::Pool(count),
        _ => Layout::Tight,
    }
}

fn config(fuel: bool, layout: Layout) -> Config {
    let mut config = Config::new();
    config.epoch_interruption(true).consume_fuel(fuel);
    config.max_wasm_stack(STACK);
    // Images are mapped, however sparse they are.
    config.memory_init_cow(true).memory_guaranteed_dense_image_size(1 << 30);
    // What Python did is known inside. Without these the compiled code is a third smaller, and a trap costs nothing more.
    config.wasm_backtrace_max_frames(None).generate_address_map(false);
    #[cfg(not(windows))]
    config.native_unwind_info(false);
    match layout {
        Layout::Pool(count) => config.allocation_strategy(pool(count)),
        Layout::OnDemand => config.allocation_strategy(InstanceAllocationStrategy::OnDemand),
        Layout::Tight => config
            .allocation_strategy(InstanceAllocationStrategy::OnDemand)
            .memory_reservation(0)
            .memory_guard_size(0)
            .memory_reservation_for_growth(1 << 20)
            .memory_may_move(true),
    };
    config
}

impl Layout {
    /// How many bytes of each memory are kept for the next instance. Only where the kernel tells which pages were written: elsewhere all
    /// that is kept would be put back, each time.
    fn kept(self) -> usize {
        match self {
            // With all places used once, what is kept is a quarter of the memory at most.
            Self::Pool(count) if PoolingAllocationConfig::is_pagemap_scan_available() => {
                let kept = room::memory().map_or(KEPT, |memory| (memory / 4 / u64::from(count)).min(KEPT));
                usize::try_from(kept).unwrap_or(0)
            }
            _ => 0,
        }
    }
}

/// An instance is two: of an image, which has the memory, and of the code, which has a table.
fn pool(count: u32) -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_memories(count).total_tables(count).total_core_instances(count.saturating_mul(2));
    let kept = Layout::Pool(count).kept();
    if kept > 0 {
        pool.linear_memory_keep_resident(kept).table_keep_resident(KEPT_TABLE).pagemap_scan(Enabled::Yes);
    }
    pool
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layout_fits_the_room() {
        assert_eq!(best(1024, None), Layout::Pool(1024));
        assert_eq!(best(1024, Some(1 << 40)), Layout::Pool(127));
        assert_eq!(best(1024, Some(64 << 30)), Layout::Tight);
        assert_eq!(best(8, None), Layout::Pool(8));
        assert_eq!(best(0, None), Layout::OnDemand);
        assert_eq!(best(0, Some(1 << 30)), Layout::Tight);
        assert_eq!(best(1024, Some(1 << 30)), Layout::Tight);
    }
}
