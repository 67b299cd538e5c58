"""Instances of a WASI command, for a process that runs many: `prepare` once, then `run`.

An instance has its arguments and its input and nothing else: no files, no environment, no network, 256 MiB, and a second unless it is
given more. It ends with what it was asked.
"""

import tempfile
import threading
import time

import wasmtime

MEMORY = 256 << 20

_engine = _linker = _module = None


def engine():
    """An engine whose epoch goes on ten times a second, which is how instances are interrupted."""
    config = wasmtime.Config()
    config.epoch_interruption = True
    made = wasmtime.Engine(config)

    def tick():
        while True:
            time.sleep(0.1)
            made.increment_epoch()

    threading.Thread(target=tick, daemon=True).start()
    return made


def compile(command):
    """The code of the command in this file, for processors and a wasmtime as they are here. It takes some 10 seconds."""
    return bytes(wasmtime.Module.from_file(engine(), command).serialize())


def prepare(code):
    """Makes this process ready to run the command that was compiled."""
    global _engine, _linker, _module
    _engine = engine()
    _linker = wasmtime.Linker(_engine)
    _linker.define_wasi()
    _module = wasmtime.Module.deserialize(_engine, code)


def run(text, *arguments, seconds=1):
    """What a new instance prints for a text. TimeoutError if it takes too long or more memory, RuntimeError if it ends with another code than 0."""
    with tempfile.NamedTemporaryFile() as given, tempfile.NamedTemporaryFile() as printed, tempfile.NamedTemporaryFile() as errors:
        given.write(text.encode())
        given.flush()
        wasi = wasmtime.WasiConfig()
        wasi.argv = ["command", *arguments]
        wasi.stdin_file, wasi.stdout_file, wasi.stderr_file = given.name, printed.name, errors.name
        store = wasmtime.Store(_engine)
        store.set_wasi(wasi)
        store.set_limits(memory_size=MEMORY)
        store.set_epoch_deadline(10 * seconds + 1)
        ended = trapped = None
        try:
            _linker.instantiate(store, _module).exports(store)["_start"](store)
        except wasmtime.ExitTrap as exit:
            ended = exit.code
        except wasmtime.Trap as trap:
            trapped = str(trap).splitlines()[-1].strip()
        # Outside of the handlers: what wasmtime raised can't be sent to another process.
        if trapped:
            raise TimeoutError(trapped)
        if ended:
            raise RuntimeError(errors.read().decode())
        return printed.read().decode()
