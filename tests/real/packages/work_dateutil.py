"""Reads dates, adds months, repeats days and changes zones that are given by rule."""
import datetime

from dateutil import easter, parser, relativedelta, rrule, tz


def work():
    zone = tz.tzstr("EST5EDT,M3.2.0,M11.1.0")
    default = datetime.datetime(2021, 1, 1)
    texts = ["Thu Sep 25 10:36:28 2003", "10pm 3 March", "2003-09-25T10:49:41.5-03:00", "1st of may 1999"]
    dates = [parser.parse(text, default=default).isoformat() for text in texts]
    month = datetime.date(2020, 1, 31) + relativedelta.relativedelta(months=1, weekday=relativedelta.FR(-1))
    days = rrule.rrulestr("DTSTART:20200101T090000\nRRULE:FREQ=MONTHLY;COUNT=4;BYDAY=-1SU")
    summer = datetime.datetime(2020, 7, 1, 12, tzinfo=zone)
    assert summer.utcoffset() == datetime.timedelta(hours=-4) and parser.isoparse("2020-W01-1").date() == datetime.date(2019, 12, 30)
    try:
        parser.parse("32 of nothing")
    except parser.ParserError as error:
        dates.append(str(error))
    return [*dates, str(month), *(day.strftime("%d.%m") for day in days), str(summer.astimezone(tz.UTC)), str(easter.easter(2024)),
            str(relativedelta.relativedelta(datetime.date(2024, 3, 1), datetime.date(1990, 12, 25)))]


def identity():
    return relativedelta.relativedelta
