"""Calculates with as many digits as one likes."""
import mpmath
from mpmath import *


def work():
    with workdps(40):
        assert almosteq(e ** (j * pi), -1) and mp.dps == 40
        digits = nstr(pi, 40)
        root = nstr(findroot(lambda x: x ** 3 - 2, 1.2), 30)
        half = nstr(quad(lambda x: sqrt(1 - x * x), [-1, 1]) * 2 - pi, 5)
    table = matrix([[2, 1], [1, 3]])
    assert nstr(det(table), 5) == "5.0" and mp.dps == 15
    solution = lu_solve(table, matrix([3, 5]))
    sums = nsum(lambda n: 1 / n ** 2, [1, inf])
    return [digits, root, str(half in ("0.0", "-0.0") or len(half) > 3), nstr(solution.T, 6), nstr(sums, 10), nstr(zeta(3), 12), str(iv.mpf([1, 2]) + 1), str(fp.fac(5)), mpmath.libmp.BACKEND[:6]]


def identity():
    return mpmath.matrix
