"""How a long-lived process looks for garbage."""

import gc
import subprocess
import sys


def test_what_is_loaded_is_left_out_of_the_search_and_the_search_goes_on() -> None:
    """In a process of its own, for it holds for all that is loaded."""
    said = "from gateway.engine import garbage; import gc; gc.disable(); garbage.settle()"
    asked = f"{said}; print(gc.get_freeze_count() > 1000, gc.isenabled(), gc.get_threshold()[0])"
    answer = subprocess.run([sys.executable, "-c", asked], check=True, capture_output=True, text=True)  # noqa: S603 - ours
    assert answer.stdout.split() == ["True", "True", "50000"]
    assert gc.get_threshold()[0] != 50_000
