"""The one error of the benchmarks."""


class BenchError(Exception):
    """A wrong option, or a program that failed. The text says which and what is allowed."""
