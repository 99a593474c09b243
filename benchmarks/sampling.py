"""The floor: columns drawn one by one from formulas, and written. Nothing happens, and nothing has a cause.

Usage: python -m benchmarks.sampling DIRECTORY ROWS
"""

import sys
from pathlib import Path

SCORES, COUNTS, FLAGS, WORDS, TIMES = 18, 5, 5, 5, 2


def sample(directory: Path, rows: int) -> None:
    """Write a table of 35 columns as CSV and as Parquet."""
    from simulation.lib.arrow import import_arrow_alone

    import_arrow_alone()

    import numpy as np
    import pyarrow as pa
    from pyarrow.csv import write_csv
    from pyarrow.parquet import write_table

    draw = np.random.default_rng(42)
    words = pa.array(["Excellent", "Good", "Fair", "Poor"])
    columns: dict[str, pa.Array] = {}
    for number in range(SCORES):
        columns[f"score_{number}"] = pa.array(np.clip(draw.normal(7.0, 1.5, rows), 0.0, 10.0).round(2))
    for number in range(COUNTS):
        columns[f"count_{number}"] = pa.array(draw.poisson(3.0, rows))
    for number in range(FLAGS):
        columns[f"flag_{number}"] = pa.array(draw.random(rows) < 0.9)
    for number in range(WORDS):
        columns[f"word_{number}"] = words.take(pa.array(draw.integers(0, len(words), rows)))
    for number in range(TIMES):
        columns[f"time_{number}"] = pa.array(np.sort(draw.integers(0, 30 * 86_400, rows)).astype("datetime64[s]"))
    table = pa.table(columns)
    write_table(table, directory / "sessions.parquet", compression="zstd")
    write_csv(table, directory / "sessions.csv")


if __name__ == "__main__":
    sample(Path(sys.argv[1]), int(sys.argv[2]))
