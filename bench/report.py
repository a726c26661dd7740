"""The figures, and the verdict."""

from dataclasses import dataclass
from statistics import median, quantiles

SLACK = 1.15


@dataclass(frozen=True)
class Figure:
    """One row: what was measured, in words with its units, and how it stands to its budget.

    ``value`` and ``budget`` are of one kind: a ratio, milliseconds, seconds or kilobytes. Without a
    budget it is only told. ``at_least`` marks a budget that is a floor.
    """

    name: str
    told: str
    value: float
    budget: float | None = None
    at_least: bool = False
    # A size or a plan does not depend on the machine's mood.
    is_exact: bool = False

    def is_broken(self, slack: float) -> bool:
        if self.budget is None:
            return False
        slack = 1 if self.is_exact else slack
        return self.value < self.budget / slack if self.at_least else self.value > self.budget * slack

    def line(self, slack: float) -> str:
        sign = "≥" if self.at_least else "≤"
        budget = f"{sign} {self.budget:g}" if self.budget is not None else ""
        verdict = "" if self.budget is None else ("BROKEN" if self.is_broken(slack) else "holds")
        return f"{self.name:44}{self.told:>44}{self.value:>10.2f}  {budget:<8}{verdict}".rstrip()


def times(samples: list[float]) -> str:
    """Median and 95th percentile, in milliseconds."""
    return f"p50 {median(samples):.2f} ms, p95 {quantiles(samples, n=20)[18]:.2f} ms"


def show(figures: list[Figure], slack: float = SLACK) -> int:
    """Print the table; returns the exit code."""
    for figure in figures:
        print(figure.line(slack), flush=True)
    broken = [figure.name for figure in figures if figure.is_broken(slack)]
    print(f"Broken: {'; '.join(broken)}." if broken else "Every budget holds.")
    return 1 if broken else 0
