__all__ = ['a', 'b']
__all__ += ('c',)
__all__.append('d')
__all__.extend(other.__all__)
a = b = 1
c, (d, *e) = 1, (2, 3)
del b
global f
for g in x: pass
with h as i: pass
class J: pass
