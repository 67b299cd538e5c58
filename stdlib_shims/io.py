"""Stands for `io` where the standard library is not embedded.

All of it is in the interpreter. `open` and `FileIO` need the feature `host_env`; the base classes take in no others by
`register`.
"""

import _io
from _io import *

IOBase, RawIOBase, BufferedIOBase, TextIOBase = _io._IOBase, _io._RawIOBase, _io._BufferedIOBase, _io._TextIOBase
SEEK_SET, SEEK_CUR, SEEK_END = range(3)
