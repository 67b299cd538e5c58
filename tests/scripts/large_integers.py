# Integers of tens of thousands of digits are exact: products, squares, powers, quotients.
# > True True True True
# > 199316
one = 10 ** 60000
less, more = one - 1, one + 3
print(
    less * more == one * one + 2 * one - 3,
    less * less == one * one - 2 * one + 1,
    (less * more * 7 + 5) // more == less * 7 and (less * more * 7 + 5) % more == 5,
    pow(less, 3) == less * less * less and pow(less, 2, more) == 16,
)
print(one.bit_length())
