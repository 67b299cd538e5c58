"""What plugins do to servers."""

__all__ = ["spin", "flood", "chatter", "fail", "leave", "reach_out"]


def spin():
    while True:
        try:
            pass
        except BaseException:
            pass


def flood():
    all = [0]
    while True:
        all += all


def chatter():
    while True:
        print("and another thing")


def fail(reason):
    raise ValueError(reason)


def leave():
    raise SystemExit(3)


def reach_out():
    import socket
