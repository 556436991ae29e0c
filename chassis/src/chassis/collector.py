"""Python's collector of reference cycles, set for processes that answer requests."""

import gc

# A young generation of 700 objects is full every few requests, and every hundredth of its collections goes through all
# that lives: tens of milliseconds in a process with caches. Measured on intake: whole checks take a third less. More
# than 5,000 would make each collection itself felt (6 ms at 20,000), since what is cached survives it. The middle one
# holds five young ones, some 25,000 objects at most: with 25 of them a single collection took 20 to 40 ms.
_YOUNG, _MIDDLE, _OLD = 5_000, 5, 100


def settle_collector() -> None:
    """Leave out of every later collection what was made until now, and collect what comes less often.

    Call it once, when a process has read its modules and word lists and begins to work. Nothing is left uncollected:
    cycles among later objects are found later, and freed objects without cycles at once as ever.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
