"""Reads, moves and words moments, in zones that are given by offset."""
import arrow
from arrow.parser import ParserError


def work():
    moment = arrow.get("2013-05-11T21:23:58.970460+07:00")
    later = moment.shift(months=+9, days=-1).to("+02:00")
    assert moment < later and later.tzinfo.utcoffset(None).seconds == 7200 and moment.floor("day").hour == 0
    spans = [start.format("HH:mm") for start, end in arrow.Arrow.span_range("hour", moment.naive, moment.shift(hours=2).naive)]
    try:
        arrow.get("soon", "YYYY")
    except ParserError as error:
        reason = type(error).__name__
    words = [later.humanize(moment, locale=name) for name in ("en", "de", "ja", "ru")]
    return [moment.isoformat(), later.format("dddd, D. MMMM YYYY, h:mm a ZZ"), *spans, *words, reason, arrow.get("June 5th, 2019", "MMMM Do, YYYY").date().isoformat(),
            moment.humanize(moment.shift(days=16, hours=5), granularity=["week", "day"]), str(moment.dehumanize("2 hours ago").hour)]


def identity():
    return arrow.Arrow
