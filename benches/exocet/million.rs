//! A million loads of a module with a class, each dropped: resident memory, and the time that each tenth takes.

use crate::support::{PLUGIN, must, runtime};
use exocet::{
    Memory,
    raw::{self, load, search_path},
};
use memory_stats::memory_stats;
use std::time::Instant;

const TENTHS: u32 = 10;
const LOADS: u32 = 100_000;

pub fn run() {
    runtime(Memory::new("<bench>").with("plugin.py", PLUGIN)).enter(|vm| {
        let path = search_path(vm).expect("there is a search path");
        let handle = path.get("plugin").expect("the module is there");
        let mapper = raw::pass_through(vm).with_overrides(vm.ctx.new_dict(), vm);
        let resident = || memory_stats().map_or(0, |memory| memory.physical_mem / 1024);
        let mut first = None;
        println!("{:>10}  {:>9}  {:>14}", "loads", "us a load", "resident KiB");
        for tenth in 1..=TENTHS {
            let start = Instant::now();
            for _ in 0..LOADS {
                drop(must(load(&handle, &mapper, vm), vm));
            }
            let (time, memory) = (start.elapsed().as_secs_f64() / f64::from(LOADS), resident());
            let (first_time, first_memory) = *first.get_or_insert((time, memory));
            println!(
                "{:>10}  {:9.2}  {memory:>14}  time {:+.1} %, memory {:+.1} %",
                tenth * LOADS,
                time * 1e6,
                (time / first_time - 1.0) * 100.0,
                (memory as f64 / first_memory as f64 - 1.0) * 100.0,
            );
        }
    });
}
