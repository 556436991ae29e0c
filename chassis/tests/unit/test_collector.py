import subprocess
import sys

_PROGRAM = """
import gc, weakref
from chassis.collector import settle_collector

class Node: pass

before = Node()
settle_collector()
frozen = gc.get_freeze_count()
one = Node(); one.own = one; gone = weakref.ref(one)
del one
gc.collect()
print(frozen > 1000, gone() is None, gc.isenabled(), gc.get_threshold()[0] > 700)
"""


def test_cycles_made_later_are_still_collected_and_what_was_there_is_left_alone() -> None:
    """In a process of its own, since the setting is the process's."""
    done = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True"] * 4
