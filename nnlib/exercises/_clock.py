"""A time limit for the learner's code: an endless loop must not hang the kernel."""

import signal
import sys
import threading
import time
from contextlib import contextmanager


class TooSlow(BaseException):
    """The time is up. No `Exception`: a learner's `except Exception` lets it pass."""


@contextmanager
def time_limit(seconds, names):
    """Raises TooSlow once `seconds` have passed, in functions with the globals `names`.

    In the main thread of Linux and macOS an alarm does it, at no cost, and rings again
    if a bare `except:` swallowed it. Elsewhere (Windows, other threads, the browser)
    every instruction of those functions looks at the clock, about ten times slower.
    One long call into compiled code, such as a huge product, is always waited for.
    """
    main = threading.current_thread() is threading.main_thread()
    alarm = main and hasattr(signal, "setitimer") and sys.platform != "emscripten"
    with _alarm(seconds) if alarm else _watch(seconds, names):
        yield


@contextmanager
def _alarm(seconds):
    def ring(signum, frame):
        raise TooSlow

    handler = signal.signal(signal.SIGALRM, ring)
    timer = signal.setitimer(signal.ITIMER_REAL, seconds, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, *timer)
        signal.signal(signal.SIGALRM, handler)


@contextmanager
def _watch(seconds, names):
    end = time.monotonic() + seconds

    def look(frame, event, arg):
        # raised in a callback of the garbage collector, TooSlow would be lost
        if frame.f_globals is not names:
            return None
        # line events alone miss a loop that stands on one line: `while True: pass`
        frame.f_trace_opcodes = True
        # raised on the way in, it would not say in which line the function was
        if event != "call" and time.monotonic() > end:
            raise TooSlow
        return look

    tracer = sys.gettrace()
    sys.settrace(look)
    try:
        yield
    finally:
        sys.settrace(tracer)
