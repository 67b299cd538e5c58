"""Counts the words of its input, and writes the most frequent ones as JSON: `words.py COUNT`. With no number it never ends."""

import json
import sys
from collections import Counter

while len(sys.argv) < 2:
    pass
print(json.dumps(Counter(sys.stdin.read().split()).most_common(int(sys.argv[1]))))
