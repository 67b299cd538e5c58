from __future__ import annotations
import os.path as p, sys
from . import a, b as c
from ..x.y import (z,)
from m import *
try:
    import json
except ImportError:
    json = None
if TYPE_CHECKING:
    from typing import Any
else:
    import real
def f():
    import late
