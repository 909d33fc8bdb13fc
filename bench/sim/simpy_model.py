"""The queueing model of the bench in SimPy, as its documentation teaches: processes, resources, timeouts.

Poisson arrivals; of two random servers the one with fewer requests in flight; each server one queue,
first come, first served, with exponential service. The path delays of the scenario are left out, here
and in the run of sonda-sim that this is compared with, so that both simulate nothing but the queues.

    python3 simpy_model.py --agents=100 --requests=100000

Prints one line of JSON: requests, mean_s and p99_s (response time, seconds).
"""

from __future__ import annotations

import argparse
import json
import random
from typing import Iterator

import simpy

LOAD = 0.7
SERVICE_S = 0.05


class Model:
    """`agents` servers; the response time of every request is kept."""

    def __init__(self, agents: int, requests: int, seed: int) -> None:
        self.environment = simpy.Environment()
        self.response_times_s: list[float] = []
        self._random = random.Random(seed)
        self._requests = requests
        self._rate = LOAD * agents / SERVICE_S
        self._servers = [simpy.Resource(self.environment) for _ in range(agents)]
        self._in_flight = [0] * agents
        self.environment.process(self._arrivals())

    def _arrivals(self) -> Iterator[simpy.events.Event]:
        environment, expovariate, rate = self.environment, self._random.expovariate, self._rate
        for _ in range(self._requests):
            yield environment.timeout(expovariate(rate))
            environment.process(self._request())

    def _pick(self) -> int:
        # Faster than random.sample(); never the same twice.
        draw, agents = self._random.random, len(self._in_flight)
        one, other = int(draw() * agents), int(draw() * (agents - 1))
        other += other >= one
        return one if self._in_flight[one] <= self._in_flight[other] else other

    def _request(self) -> Iterator[simpy.events.Event]:
        arrival = self.environment.now
        server = self._pick()
        self._in_flight[server] += 1
        with self._servers[server].request() as turn:
            yield turn
            yield self.environment.timeout(self._random.expovariate(1 / SERVICE_S))
        self._in_flight[server] -= 1
        self.response_times_s.append(self.environment.now - arrival)


def main() -> None:
    parser = argparse.ArgumentParser(description="Simulates one proxy and its servers with SimPy.")
    parser.add_argument("--agents", type=int, default=100)
    parser.add_argument("--requests", type=int, default=100000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    if given.agents < 2 or given.requests < 1:
        parser.error(f"--agents={given.agents}, --requests={given.requests}: 2 agents and 1 request are the least")
    model = Model(given.agents, given.requests, given.seed)
    model.environment.run()
    times = sorted(model.response_times_s)
    print(json.dumps({"requests": len(times), "mean_s": sum(times) / len(times),
                      "p99_s": times[int(0.99 * (len(times) - 1))]}))


if __name__ == "__main__":
    main()
