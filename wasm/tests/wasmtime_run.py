"""Runs the command line for WASI under wasmtime: reads `[[name, folder, arguments], ...]` from its input as JSON, and writes
what each printed. The program sees `files` of the folder as `<fixture>`, as the scripts call it, the folder itself as
`<scripts>`, and is in an empty one."""

import json
import pathlib
import sys
import tempfile

import wasmtime

program = pathlib.Path(__file__).parent.parent / "dist" / "exocet.wasm"
config = wasmtime.Config()
config.cache = True
# As much as V8 has.
config.max_wasm_stack = 1 << 20
engine = wasmtime.Engine(config)
module = wasmtime.Module.from_file(engine, str(program))
linker = wasmtime.Linker(engine)
linker.define_wasi()

results = {}
for name, folder, arguments in json.load(sys.stdin):
    with tempfile.TemporaryDirectory() as out:
        printed = pathlib.Path(out) / "printed"
        wasi = wasmtime.WasiConfig()
        wasi.argv = arguments
        for path, guest in (("files", "<fixture>"), ("", "<scripts>"), ("empty", ".")):
            wasi.preopen_dir(f"{folder}/{path}", guest)
        wasi.stdout_file = str(printed)
        wasi.stderr_file = str(printed) + ".err"
        store = wasmtime.Store(engine)
        store.set_wasi(wasi)
        try:
            linker.instantiate(store, module).exports(store)["_start"](store)
        except wasmtime.ExitTrap:
            pass
        results[name] = printed.read_text() or pathlib.Path(str(printed) + ".err").read_text()
json.dump(results, sys.stdout)
