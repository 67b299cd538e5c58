"""Draws progress bars into a text."""
import io
import threading

import tqdm
from tqdm import trange
from tqdm.utils import disp_len


def work():
    tqdm.tqdm.set_lock(threading.RLock())       # not the one of multiprocessing, which may start a process
    out = io.StringIO()
    bar = tqdm.tqdm("abcd", file=out, ncols=40, bar_format="{desc}|{bar}| {n_fmt}/{total_fmt}{postfix}", mininterval=0, miniters=1, ascii=True)
    for letter in bar:
        bar.set_description(f"at {letter}")
        bar.set_postfix(last=letter)
    quiet = [n for n in trange(3, disable=True)]
    assert bar.n == 4 and quiet == [0, 1, 2] and not list(tqdm.tqdm._instances)
    meter = tqdm.tqdm.format_meter(n=50, total=200, elapsed=10, ncols=60, prefix="load", unit="B", unit_scale=True, ascii=" #")
    lines = [line.strip() for line in out.getvalue().split("\r") if line.strip()]
    return [lines[0], lines[-1], meter, tqdm.tqdm.format_sizeof(123456, "B"), tqdm.tqdm.format_interval(3725), str(disp_len("\x1b[1mab日"))]


def identity():
    return tqdm.tqdm
