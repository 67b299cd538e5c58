@d
async def f[T: int](a, /, b=1, *c, d: int, **e) -> None:
    async with x as y, z: await y
    async for q in r: yield q
    while 1:
        if a: break
        elif b: continue
        else: pass
    return [i async for i in j if k]
class C(B, metaclass=M):
    x: int = 0
    def m(self): nonlocal_ = lambda *a, **k: (yield)
match p:
    case [1, *_, {'k': v, **rest}] if v: pass
    case C(x=0) | None: pass
type X = int
try: pass
except* E as e: raise e from None
finally: assert x, y
