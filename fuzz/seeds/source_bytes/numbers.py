0x_ff 0b1 0o7 1_0.5e-3j 1if 1else 2
10**100 + 1.e400 - -~+x @ y // z << 2
x = a if b else c
(x := 1)
not a in b is not c
