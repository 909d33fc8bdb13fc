"""Where the warm-up ends: MSER-5 on pilot runs, one cut for all contenders.

MSER (White, *Simulation* 69(6), 1997; with batches of five, White, Cobb and Spratt, WSC 2000) cuts
a series where the standard error of the mean of what is left is least: what still climbs makes the
rest vary more, what is cut without need makes it shorter. A cut beyond the middle means that the
run is too short to tell, or that there is no steady state.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Mapping, Sequence

import numpy as np
import pandas as pd

from .errors import AnalysisError

# Pilots share no random numbers with the comparison, whose RngRun count from 1.
FIRST_PILOT = 1_000_001
PILOTS = 5

# The 5 of MSER-5; a batch of a long run holds more.
SMALLEST_BATCH = 5
# A mean over fewer batches than this is by chance as good as free of variation.
FEWEST_BATCHES_LEFT = 5


@dataclass(frozen=True)
class WarmUp:
    """How the cut was found, seconds of simulated time.

    `cuts` is contender → MSER-5's cut; `overloaded` are contenders whose pilots left requests
    unfinished: they have no steady state and no say. `chosen_s` is the largest cut, rounded up.
    `curves` has one row per contender and batch: contender, start_s, end_s, answered, mean_s.
    """

    chosen_s: float
    cuts: Mapping[str, float]
    overloaded: tuple[str, ...]
    curves: pd.DataFrame

    def sentence(self) -> str:
        """What was done, for table and report."""
        latest = max(self.cuts, key=self.cuts.__getitem__)
        said = (f"Warm-up: {self.chosen_s:g} s for all contenders, from MSER-5 on {PILOTS} pilot runs of each (RngRun "
                f"{FIRST_PILOT} on); the latest cut is that of {latest}, {self.cuts[latest]:.3g} s.")
        if self.overloaded:
            said += f" Overloaded, so that they have no steady state and no say: {', '.join(self.overloaded)}."
        return said


def pool_series(runs: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The series of several runs as one: per bin all requests of all runs (columns start_s, end_s, answered, mean_s).

    Bins are powers of two of one length: where runs differ, the longer one is used for all.
    """
    step = max(float(run["end_s"].iloc[0] - run["start_s"].iloc[0]) for run in runs)
    together = pd.concat(runs, ignore_index=True)
    place = np.floor((together["start_s"] + 1e-9) / step).astype(int)
    answered = together["answered"]
    sums = (together["mean_s"].fillna(0) * answered).groupby(place).sum()
    counts = answered.groupby(place).sum()
    return pd.DataFrame({
        "start_s": counts.index * step, "end_s": (counts.index + 1) * step, "answered": counts.to_numpy(),
        "mean_s": np.where(counts > 0, sums / counts.where(counts > 0, 1), np.nan),
    })


def batches(series: pd.DataFrame, smallest: int = SMALLEST_BATCH) -> pd.DataFrame:
    """Joins neighbouring bins until each batch has `smallest` answered requests; a rest that has not joins the last."""
    cumulated = series["answered"].cumsum().to_numpy()
    ends, reached = [], 0.0
    for index, total in enumerate(cumulated):
        if total - reached >= smallest:
            ends.append(index)
            reached = total
    if not ends:
        return series.iloc[:0]
    ends[-1] = len(cumulated) - 1
    starts = [0, *(end + 1 for end in ends[:-1])]
    sums = (series["mean_s"].fillna(0) * series["answered"]).to_numpy()
    answered = np.add.reduceat(series["answered"].to_numpy(), starts)
    return pd.DataFrame({
        "start_s": series["start_s"].to_numpy()[starts], "end_s": series["end_s"].to_numpy()[ends],
        "answered": answered, "mean_s": np.add.reduceat(sums, starts) / answered,
    })


def mser_cut(values: np.ndarray, weights: np.ndarray) -> int:
    """The number of leading values to cut. `weights` is how many observations each value is the mean of.

    Minimises the squared standard error of the weighted mean of the rest, sum w (y - mean)^2 / (sum w)^2; with equal
    weights this is MSER. At least FEWEST_BATCHES_LEFT values are left.
    """
    if len(values) <= FEWEST_BATCHES_LEFT:
        raise AnalysisError(f"the pilot has {len(values)} batches of requests; more than {FEWEST_BATCHES_LEFT} are "
                            "needed")
    centred = values - np.average(values, weights=weights)  # so that the squares lose no digits

    def to_the_end(terms: np.ndarray) -> np.ndarray:
        return np.cumsum(terms[::-1])[::-1]

    weight, first = to_the_end(weights), to_the_end(weights * centred)
    squares = to_the_end(weights * centred**2)
    error = (squares - first**2 / weight) / weight**2
    return int(np.argmin(error[: len(values) - FEWEST_BATCHES_LEFT + 1]))


def find_cut(series: pd.DataFrame) -> float:
    """MSER-5's cut of one contender's pooled series: seconds from the start of the run, 0 when nothing is to be cut."""
    parts = batches(series)
    cut = mser_cut(parts["mean_s"].to_numpy(), parts["answered"].to_numpy())
    return float(parts["start_s"].iloc[cut]) if cut else 0.0


def round_up(cut_s: float, duration_s: float) -> float:
    """The next multiple of a round number (1, 2 or 5 times a power of ten) of about a hundredth of the duration."""
    wanted = duration_s / 100
    power = 10.0 ** math.floor(math.log10(wanted))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= wanted * (1 - 1e-9))
    return float(f"{math.ceil(cut_s / step - 1e-9) * step:.12g}")


def choose(series: Mapping[str, pd.DataFrame], overloaded: Sequence[str], duration_s: float) -> WarmUp:
    """One cut for all contenders: the largest of theirs, rounded up.

    `series` is contender → pooled pilot, of those that are not overloaded. AnalysisError when there is none, or when
    a cut is beyond half of the duration.
    """
    if not series:
        raise AnalysisError("--warmup auto: every contender left requests unfinished in its pilot runs, so that none "
                            "has a steady state; give --warmup SECONDS or a lower load")
    cuts = {}
    for name, pilot in series.items():
        try:
            cuts[name] = find_cut(pilot)
        except AnalysisError as error:
            raise AnalysisError(f"--warmup auto: {name}: {error}; give a longer duration "
                                "(--set duration_s=…)") from None
    late = {name: cut for name, cut in cuts.items() if cut > duration_s / 2}
    chosen = round_up(max(cuts.values()), duration_s)
    if late or chosen > duration_s / 2:
        late = late or {name: cut for name, cut in cuts.items() if cut == max(cuts.values())}
        named = ", ".join(f"{name} ({cut:.3g} s)" for name, cut in late.items())
        raise AnalysisError(
            f"--warmup auto: MSER-5 cuts more than half of the duration, {duration_s:g} s, of: {named}. Either they "
            "have no steady state, or the run is too short to show it: leave them out, give a longer duration "
            "(--set duration_s=…), or give --warmup SECONDS"
        )
    curves = pd.concat([batches(pilot).assign(contender=name) for name, pilot in series.items()], ignore_index=True)
    return WarmUp(chosen, cuts, tuple(overloaded), curves[["contender", "start_s", "end_s", "answered", "mean_s"]])
