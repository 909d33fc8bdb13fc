"""Stops one thread of a program, as if it hung, while its other threads go on."""
import contextlib
import ctypes
import os

import pytest

PTRACE_SEIZE, PTRACE_INTERRUPT, PTRACE_DETACH = 0x4206, 0x4207, 17
WAIT_FOR_THREADS = 0x40000000  # __WALL

_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
_libc.ptrace.restype = ctypes.c_long


def _ptrace(request, thread):
    if _libc.ptrace(request, thread, None, None) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


@contextlib.contextmanager
def hanging(thread):
    """The thread with that id does nothing within the block. Skips where tracing is forbidden.

    Nobody may wait for the program's end meanwhile: what the kernel says of the stop would be taken
    for it.
    """
    try:
        _ptrace(PTRACE_SEIZE, thread)
    except PermissionError as error:
        pytest.skip(f"SKIPPED, NOT TESTED: stopping a thread (ptrace): {error}")
    _ptrace(PTRACE_INTERRUPT, thread)
    os.waitpid(thread, WAIT_FOR_THREADS)
    try:
        yield
    finally:
        _ptrace(PTRACE_DETACH, thread)
