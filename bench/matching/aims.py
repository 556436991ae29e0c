"""What is asked of matching beside what this run measured: must, goal, figure and verdict, none of them by hand."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import mean, median

from matching.accuracy import ENGINE, SPLINK, TRGM, Compared
from matching.growth import Measured, growth_exponent
from matching.letters import Order, Ordered

_FULL_SIZE = 900_000  # the limits of time are meant for a million clues


@dataclass(frozen=True)
class Aim:
    """One figure with its two limits: at least so much, or at most."""

    title: str
    must: float
    goal: float
    measured: float | None
    is_most: bool = False
    form: str = ".4f"

    @property
    def verdict(self) -> str:
        """``goal``, ``must``, ``missed``, or that this run did not measure it."""
        if self.measured is None:
            return "not measured in this run"
        if self._reaches(self.measured, self.goal):
            return "goal reached"
        return "must reached" if self._reaches(self.measured, self.must) else "**missed**"

    def _reaches(self, measured: float, limit: float) -> bool:
        return measured <= limit if self.is_most else measured >= limit

    def row(self) -> str:
        """As a line of the table."""
        sign = "≤" if self.is_most else "≥"
        measured = "–" if self.measured is None else format(self.measured, self.form)
        return f"| {self.title} | {sign} {self.must:g} | {sign} {self.goal:g} | {measured} | {self.verdict} |\n"


def table(compared: Compared | None, grown: Sequence[Measured], ordered: Ordered | None) -> str:
    """The table, with what it does not tell of the peers' times."""
    aims = [*_accuracy(compared), *_letters(ordered), *_growth(grown), *_against_peers(compared, grown)]
    text = "\n## What is asked, and what was measured\n\n| measure | must | goal | measured | verdict |\n"
    text += "| --- | ---: | ---: | ---: | --- |\n" + "".join(aim.row() for aim in aims)
    return text + _said_of_times(compared, grown)


def _accuracy(compared: Compared | None) -> Iterator[Aim]:
    cities = compared.cities if compared else ()
    for title, name, must, goal, is_most in (
        ("pair F1", "pair_f1", 0.95, 0.98, False),
        ("*likely*: precision", "likely_precision", 0.995, 0.998, False),
        ("*likely*: recall", "likely_recall", 0.80, 0.92, False),
        ("intake recall", "intake_recall", 0.97, 0.99, False),
        ("false alarm", "false_alarm", 0.03, 0.01, True),
        ("pairs for review, per clue", "review_pairs_per_clue", 0.5, 0.2, True),
    ):
        found = [city[name] for city in cities if city[name] is not None]
        worst = max if is_most else min
        yield Aim(
            f"{title}, unseen wording, mean of {len(found)} cities", must, goal, mean(found) if found else None, is_most
        )
        yield Aim("… the worst of them", must, goal, worst(found) if found else None, is_most)


def _letters(ordered: Ordered | None) -> Iterator[Aim]:
    title = "real letters that name nobody, earlier ones only, "
    if ordered is None:
        yield from _order(title, None)
        return
    for labels, order in ordered.by_labels.items():
        yield from _order(f"{title}{labels}: ", order)


def _order(title: str, order: Order | None) -> Iterator[Aim]:
    yield Aim(f"{title}R@50", 0.93, 0.96, order and order.recall)
    yield Aim(f"{title}mean average precision", 0.88, 0.95, order and order.precision)


def _growth(grown: Sequence[Measured]) -> Iterator[Aim]:
    last = grown[-1] if grown and grown[-1].clues >= _FULL_SIZE else None
    yield Aim("whole check at a million clues, p99, ms", 40, 25, last and last.quantile(0.99), is_most=True, form=".1f")
    spans = last is not None and len(grown) > 1
    exponent = growth_exponent(grown) if spans else None
    yield Aim("p50 grows with the clues to the power of", 0.25, 0.15, exponent, is_most=True, form=".2f")
    yield Aim("mates found at a million clues", 0.97, 0.97, last and last.retrieved / max(last.mates, 1))


def _against_peers(compared: Compared | None, grown: Sequence[Measured]) -> Iterator[Aim]:
    for name in (SPLINK, TRGM):
        if compared:
            errors = compared.measures[ENGINE]["errors"] / max(compared.measures[name]["errors"], 1)
            yield Aim(f"wrong pairs, of those of {name}", 1, 0.25, errors, is_most=True, form=".2f")
        for size, whole, alone in _times_of(name, compared, grown):
            yield Aim(f"{name} slower than the whole check, {size:,} clues, times", 20, 50, whole, form=".1f")
            yield Aim(f"… than the search alone, {size:,} clues, times", 20, 50, alone, form=".1f")


def _times_of(name: str, compared: Compared | None, grown: Sequence[Measured]) -> Iterator[tuple[int, float, float]]:
    """(clues, its time against the whole check's, against what of it is search), medians."""
    if compared:
        its = median(compared.times[name])
        yield compared.clues, its / median(compared.times[ENGINE]), its / median(compared.search_times)
    for one in grown:
        if name in one.peers:
            its = median(one.peers[name])
            yield one.clues, its / one.quantile(0.5), its / median(one.search_times)


def _said_of_times(compared: Compared | None, grown: Sequence[Measured]) -> str:
    text = (
        "\nThe peers' times are of a search alone; the engine's whole check also prepares the clue, stores and commits "
    )
    text += "it and counts what is new, so both comparisons are shown. "
    for name in (TRGM, SPLINK):
        times = list(_times_of(name, compared, grown))
        quicker = [f"{size:,}" for size, whole, _ in times if whole < 1]
        short = [f"{size:,}" for size, whole, _ in times if 1 <= whole < 20]
        if quicker:
            text += f"{name} is *quicker* than the engine's check among {_listed(quicker)} clues. "
        if short:
            text += f"{name} is slower, but not 20 times, among {_listed(short)}. "
    return text.rstrip() + "\n"


def _listed(sizes: Sequence[str]) -> str:
    return " and ".join([", ".join(sizes[:-1]), sizes[-1]] if len(sizes) > 1 else sizes)
