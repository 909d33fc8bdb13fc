"""What the tests of the recordings share."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "long: runs real load balancers, for a minute")
