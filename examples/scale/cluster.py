"""Runs a WASI command on each of many texts, spread over the workers of a Dask cluster: `cluster.py words.wasm TEXTS [WORKERS]`.

The command is compiled once, here, and sent to the workers, which have to have the same kind of processor and the same wasmtime.
"""

import json
import sys
import time
from pathlib import Path

import instances
from dask.distributed import Client, LocalCluster


def main():
    command, count, workers = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 2
    started = time.perf_counter()
    code = instances.compile(command)
    print(f"compiled in {time.perf_counter() - started:.1f} s: {len(code) >> 20} MiB")
    texts = [f"{number} words are {number} words" for number in range(count)]
    # On other machines: `Client("scheduler's address")`.
    with LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        client.upload_file(str(Path(__file__).with_name("instances.py")))
        started = time.perf_counter()
        client.run(instances.prepare, code)
        print(f"{workers} workers are ready after {time.perf_counter() - started:.1f} s")
        started = time.perf_counter()
        replies = client.gather(client.map(instances.run, texts, ["2"] * count, pure=False))
        took = time.perf_counter() - started
        for number, reply in enumerate(replies):
            assert json.loads(reply) == [["words", 2], [str(number), 2]] or json.loads(reply) == [[str(number), 2], ["words", 2]], reply
        # With no number it never ends.
        endless = client.submit(instances.run, "", pure=False)
        assert isinstance(endless.exception(), TimeoutError), endless.exception()
    print(f"{count} instances: {count / took:.0f} a second")


if __name__ == "__main__":
    main()
