"""Reads zones from the files of the package, and moves times between them."""
import pickle
from datetime import datetime, timedelta

import pytz


def work():
    berlin, york = pytz.timezone("Europe/Berlin"), pytz.timezone("america/new_york")
    assert york.zone == "America/New_York" and pytz.timezone("Europe/Berlin") is berlin and "Asia/Tokyo" in pytz.all_timezones_set
    assert pickle.loads(pickle.dumps(berlin)) is berlin
    noon = berlin.localize(datetime(2019, 7, 1, 12))
    later = berlin.normalize(berlin.localize(datetime(2019, 3, 31, 1, 30)) + timedelta(hours=1))
    reasons = []
    for zone, moment in ((york, datetime(2019, 11, 3, 1, 30)), (york, datetime(2019, 3, 10, 2, 30))):
        try:
            zone.localize(moment, is_dst=None)
        except (pytz.AmbiguousTimeError, pytz.NonExistentTimeError) as error:
            reasons.append(type(error).__name__)
    try:
        pytz.timezone("Nowhere/Town")
    except pytz.UnknownTimeZoneError as error:
        reasons.append(str(error))
    return [noon.astimezone(york).isoformat(), later.isoformat(), *reasons, pytz.country_names["fr"], *pytz.country_timezones("nz"), str(pytz.FixedOffset(90))]


def identity():
    return pytz.tzinfo.DstTzInfo
