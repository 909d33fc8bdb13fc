"""Benchmarks of Sonda beside its peers: `./sonda bench NAME`. Needs only Python's own library."""
