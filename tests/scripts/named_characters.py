# file: named.py
# | text = "\N{BYTE ORDER MARK}\N{latin small letter a}\N{SNOWMAN}\N{backspace}\N{HANGUL SYLLABLE GAG}\N{CJK UNIFIED IDEOGRAPH-4E00}"
# > ['feff', '61', '2603', '8', 'ac01', '4e00']
# > latinsmalllettera is no name
# > LATIN_SMALL_LETTER_A is no name
# > nothing at all is no name

# Characters by their names, and no others.
import exocet

print([format(ord(char), "x") for char in exocet.loadNamed("named", exocet.emptyMapper).text])
for name in ["latinsmalllettera", "LATIN_SMALL_LETTER_A", "nothing at all"]:
    try:
        compile("'\\N{" + name + "}'", "<text>", "eval")
    except SyntaxError:
        print(name, "is no name")
