"""Words numbers, sizes and spans of time."""
import datetime

import humanize


def work():
    spans = [datetime.timedelta(seconds=3), datetime.timedelta(days=400), datetime.timedelta(hours=-5)]
    assert humanize.intcomma(12345.6789, 2) == "12,345.68" and humanize.apnumber(5) == "five"
    words = [humanize.naturaldelta(span) for span in spans] + [humanize.precisedelta(spans[1] + spans[0], suppress=["months"])]
    numbers = [humanize.ordinal(22), humanize.intword(1_234_567_890), humanize.fractional(0.3), humanize.scientific(5000), humanize.metric(0.0015, "V"), humanize.clamp(5, ceil=3)]
    sizes = [humanize.naturalsize(n, binary=binary) for n, binary in ((3_000_000, False), (3_000_000, True), (10, False))]
    humanize.i18n.activate("de_DE")
    try:
        german = [humanize.naturaldelta(spans[1]), humanize.ordinal(3)]
    finally:
        humanize.i18n.deactivate()
    return [*words, *map(str, numbers), *sizes, *german, humanize.natural_list(["a", "b", "c"])]


def identity():
    return humanize.naturaldelta
