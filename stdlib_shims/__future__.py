"""Stands for `__future__` where the standard library is not embedded.

It has the names that `from __future__ import` may take; each is the tuple of the releases in which the feature became
optional and mandatory, and its compiler flag, without the methods that the real objects have.
"""

nested_scopes = ((2, 1, 0, "beta", 1), (2, 2, 0, "alpha", 0), 0x10)
generators = ((2, 2, 0, "alpha", 1), (2, 3, 0, "final", 0), 0)
division = ((2, 2, 0, "alpha", 2), (3, 0, 0, "alpha", 0), 0x20000)
absolute_import = ((2, 5, 0, "alpha", 1), (3, 0, 0, "alpha", 0), 0x40000)
with_statement = ((2, 5, 0, "alpha", 1), (2, 6, 0, "alpha", 0), 0x80000)
print_function = ((2, 6, 0, "alpha", 2), (3, 0, 0, "alpha", 0), 0x100000)
unicode_literals = ((2, 6, 0, "alpha", 2), (3, 0, 0, "alpha", 0), 0x200000)
barry_as_FLUFL = ((3, 1, 0, "alpha", 2), (4, 0, 0, "alpha", 0), 0x400000)
generator_stop = ((3, 5, 0, "beta", 1), (3, 7, 0, "alpha", 0), 0x800000)
annotations = ((3, 7, 0, "beta", 1), None, 0x1000000)

all_feature_names = [
    "nested_scopes",
    "generators",
    "division",
    "absolute_import",
    "with_statement",
    "print_function",
    "unicode_literals",
    "barry_as_FLUFL",
    "generator_stop",
    "annotations",
]
