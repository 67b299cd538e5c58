//! Random bytes for the library where the interpreter has no `os` of the host's.

use rustpython_vm::pymodule;

pub(crate) use self::_exocet_entropy::module_def;

#[pymodule]
mod _exocet_entropy {
    use rustpython_vm::{PyResult, VirtualMachine, common::rand::os_random};

    /// So many random bytes, fit for secrets, of the source that the host has for them.
    #[pyfunction]
    fn urandom(size: isize, vm: &VirtualMachine) -> PyResult<Vec<u8>> {
        const BLOCK: usize = 256;
        let size = usize::try_from(size).map_err(|_| vm.new_value_error("negative argument not allowed"))?;
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(size).map_err(|_| vm.new_memory_error("so many bytes don't fit into memory"))?;
        while bytes.len() < size {
            let block = os_random::<BLOCK>();
            bytes.extend_from_slice(&block[..BLOCK.min(size - bytes.len())]);
        }
        Ok(bytes)
    }
}
