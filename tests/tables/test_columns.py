"""What reductions share."""

import numpy as np

from simulation.tables.columns import NEVER, latest


def test_the_latest_moment_may_lie_before_1970() -> None:
    assert latest(np.array([-90, -30, -60]), np.array([0, 0, -1]), 2).tolist() == [-30, NEVER]
