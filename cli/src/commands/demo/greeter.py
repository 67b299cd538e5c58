import time

def greet():
    return "good morning" if time.localtime().tm_hour < 12 else "good evening"
