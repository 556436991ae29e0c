"""The methods compared, each run in a process of its own: ``python contestants.py METHOD INSTANCE SECONDS``.

Prints one JSON object: assignments as (person, team, role) indexes, whether an optimum is proven, the bound.
"""

import json
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

Answer = dict[str, Any]


def greedy(document: dict[str, Any], _seconds: float) -> Answer:
    """Scarcest role first, the best scored person who breaks no cap, preferring labels the team still lacks."""
    by_seat: dict[tuple[int, int], list[list[Any]]] = defaultdict(list)
    for row in document["eligible"]:
        by_seat[(row[1], row[2])].append(row)
    enemies: dict[int, set[int]] = defaultdict(set)
    for p, q in document["never_together"]:
        enemies[p].add(q)
        enemies[q].add(p)
    home = [p["home_unit"] for p in document["people"]]
    lent: Counter[int] = Counter()
    taken: set[int] = set()
    chosen: list[list[Any]] = []
    for role in range(len(document["roles"])):
        for t, team in enumerate(document["teams"]):
            for _ in range(team["roles"][role]):
                mine = [row for row in chosen if row[1] == t]
                carried = Counter(label for row in mine for label in row[4])
                lacking = {b["label"] for b in team["bounds"] if carried[b["label"]] < (b["min"] or 0)}
                inside = Counter(home[row[0]] for row in mine)
                best = max(
                    (
                        row
                        for row in by_seat[(t, role)]
                        if row[0] not in taken
                        and lent[home[row[0]]] < document["home_units"][home[row[0]]]["cap"]
                        and inside[home[row[0]]] < team["home_unit_cap"]
                        and not enemies[row[0]] & {other[0] for other in mine}
                    ),
                    key=lambda row: (20 * len(lacking.intersection(row[4])) + row[3], -row[0]),
                    default=None,
                )
                if best is not None:
                    chosen.append(best)
                    taken.add(best[0])
                    lent[home[best[0]]] += 1
    return {"seats": [row[:3] for row in chosen], "proven": False, "bound": None}


def rows_of(
    document: dict[str, Any],
) -> tuple[list[tuple[list[int], float, float]], list[tuple[float, float, list[int], float, int]]]:
    """Linear rows (columns, low, high) over the eligible triples, and extras (cost, upper, columns, low, sign).

    An extra is one further variable: seats that carry a rewarded label up to a number, or seats lent over quota.
    """
    eligible = document["eligible"]
    group: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for x, (person, team, role, _, labels) in enumerate(eligible):
        home = document["people"][person]["home_unit"]
        for key in (("p", person), ("s", team, role), ("u", home), ("tu", team, home)):
            group[key].append(x)
        group[("pt", person, team)].append(x)
        for label in labels:
            group[("l", team, label)].append(x)
    rows: list[tuple[list[int], float, float]] = []
    extras: list[tuple[float, float, list[int], float, int]] = []
    many = float(len(eligible))
    rows += [(xs, 0, 1) for key, xs in group.items() if key[0] == "p"]
    for u, unit in enumerate(document["home_units"]):
        if xs := group[("u", u)]:
            rows.append((xs, 0, unit["cap"]))
            if unit["over_quota_penalty"] and unit["quota"] < unit["cap"]:
                extras.append((-unit["over_quota_penalty"], many, xs, unit["quota"], -1))
    for t, team in enumerate(document["teams"]):
        rows += [(group[("s", t, r)], n, n) for r, n in enumerate(team["roles"])]
        rows += [(xs, 0, team["home_unit_cap"]) for key, xs in list(group.items()) if key[:2] == ("tu", t)]
        for b in team["bounds"]:
            rows.append((group[("l", t, b["label"])], b["min"] or 0, many if b["max"] is None else b["max"]))
        extras += [(r["each"], r["up_to"], group[("l", t, r["label"])], 0, 1) for r in team["rewards"]]
    for p, q in document["never_together"]:
        rows += [(group[("pt", p, t)] + group[("pt", q, t)], 0, 1) for t in range(len(document["teams"]))]
    return rows, extras


def highs_full(document: dict[str, Any], seconds: float) -> Answer:
    """The whole model at once, as HiGHS takes it."""
    import highspy
    import numpy as np

    rows, extras = rows_of(document)
    eligible = document["eligible"]
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("time_limit", seconds)
    width = len(eligible) + len(extras)
    solver.addVars(width, np.zeros(width), np.asarray([1.0] * len(eligible) + [e[1] for e in extras]))
    costs = np.asarray([float(row[3]) for row in eligible] + [float(e[0]) for e in extras])
    solver.changeColsCost(width, np.arange(width, dtype=np.int32), costs)
    integer = np.full(len(eligible), highspy.HighsVarType.kInteger)
    solver.changeColsIntegrality(len(eligible), np.arange(len(eligible), dtype=np.int32), integer)
    for xs, low, high in rows:
        solver.addRow(low, high, len(xs), np.asarray(xs, dtype=np.int32), np.ones(len(xs)))
    for n, (_, _, xs, base, sign) in enumerate(extras):
        # Rewarded: y <= count. Over quota: y >= count - quota.
        columns = np.asarray([*xs, len(eligible) + n], dtype=np.int32)
        values = np.asarray([*([1.0] * len(xs)), -1.0])
        solver.addRow(
            0 if sign > 0 else -highspy.kHighsInf,
            highspy.kHighsInf if sign > 0 else base,
            len(columns),
            columns,
            values,
        )
    solver.changeObjectiveSense(highspy.ObjSense.kMaximize)
    solver.run()
    info = solver.getInfo()
    found = info.primal_solution_status == 2
    values = solver.getSolution().col_value if found else []
    return {
        "seats": [row[:3] for x, row in enumerate(eligible) if found and values[x] > 0.5],
        "proven": solver.getModelStatus() == highspy.HighsModelStatus.kOptimal,
        "infeasible": solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible,
        "bound": info.mip_dual_bound,
    }


def cp_sat_full(document: dict[str, Any], seconds: float) -> Answer:
    """The whole model at once, as CP-SAT takes it, with two workers.

    It has the rows of ``highs_full``, told as the constraints it knows best, what ``greedy`` finds as a hint, and the
    whole limit for its own search: what building the model takes is not counted.
    """
    from ortools.sat.python import cp_model

    rows, extras = rows_of(document)
    eligible = document["eligible"]
    model = cp_model.CpModel()
    take = [model.new_bool_var("") for _ in eligible]
    for xs, low, high in rows:
        literals = [take[x] for x in xs]
        if (low, high) == (0, 1):
            model.add_at_most_one(literals)
        elif (low, high) == (1, 1):
            model.add_exactly_one(literals)
        elif low > 0 or high < len(xs):
            model.add_linear_constraint(cp_model.LinearExpr.sum(literals), int(low), int(min(high, len(xs))))
    hinted = {tuple(seat) for seat in greedy(document, seconds)["seats"]}
    for row, x in zip(eligible, take, strict=True):
        model.add_hint(x, tuple(row[:3]) in hinted)
    worth = cp_model.LinearExpr.weighted_sum(take, [int(row[3]) for row in eligible])
    for cost, upper, xs, base, sign in extras:
        y = model.new_int_var(0, int(upper), "")
        count = cp_model.LinearExpr.sum([take[x] for x in xs])
        model.add(y <= count) if sign > 0 else model.add(y >= count - int(base))
        worth += int(cost) * y
    model.maximize(worth)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = 2
    status = solver.solve(model)
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    return {
        "seats": [row[:3] for row, x in zip(eligible, take, strict=True) if found and solver.boolean_value(x)],
        "proven": status == cp_model.OPTIMAL,
        "infeasible": status == cp_model.INFEASIBLE,
        "bound": solver.best_objective_bound,
    }


def timefold(document: dict[str, Any], seconds: float) -> Answer:
    """The whole round as Timefold takes it."""
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from assembly.timefold_full import timefold_full

    return timefold_full(document, seconds)


METHODS = {"greedy": greedy, "HiGHS full": highs_full, "CP-SAT full": cp_sat_full, "Timefold": timefold}


def main() -> None:
    """Run one method."""
    method, path, seconds = sys.argv[1:]
    document = json.loads(Path(path).read_text())
    started = time.perf_counter()
    answer = METHODS[method](document, float(seconds))
    print(json.dumps({**answer, "seconds": time.perf_counter() - started}))


if __name__ == "__main__":
    main()
