x = (1, 'a', b'b', 1.5, 2j, None, True, ..., (3, frozenset))
y = x in {1, 2, 3}
z = -1, 1 << 70
def f(a=1, *, b: 'str' = 2): 'doc'; return a
