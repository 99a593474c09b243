"""The phases of a run in one process. Writes the processor seconds of each as JSON to phases.json beside the run.

    python -m benchmarks.phases SCENARIO DIRECTORY

All is imported first here, which a run does where it needs it; else the road is that of `python -m simulation run`.
"""

import json
import sys
from pathlib import Path
from time import process_time

PHASES = "phases.json"


def phases(scenario_file: Path, directory: Path) -> dict[str, float]:
    """Simulate a scenario into a directory that is made; seconds of processor time by phase."""
    seconds = {}
    before = process_time()

    def lap(phase: str) -> None:
        nonlocal before
        now = process_time()
        seconds[phase] = now - before
        before = now

    from simulation.lib.arrow import import_arrow_alone

    import_arrow_alone()

    from simulation.contract import contract_for
    from simulation.log import OBSERVABLE_FILE, TRUTH_FILE, ParquetSink, read_log, schemas_of_files
    from simulation.runs.record import digests_of
    from simulation.runs.tables import TRUTH, folder_of
    from simulation.scenario.loading import load_scenario
    from simulation.scenario.regions import regional
    from simulation.tables import reduce_log
    from simulation.tables.files import write_table
    from simulation.world import World, log_metadata

    lap("imports")
    scenario = load_scenario(scenario_file)
    metadata = log_metadata(scenario)
    lap("scenario")
    (directory / TRUTH).mkdir(parents=True)
    files = zip((OBSERVABLE_FILE, TRUTH_FILE), schemas_of_files(metadata), strict=True)
    observable, truth = (ParquetSink(directory / file, schema) for file, schema in files)
    world = World(regional(scenario, 1), observable, truth)
    lap("population")
    world.run()
    lap("world, and the log")
    tables = reduce_log(read_log(directory / OBSERVABLE_FILE), read_log(directory / TRUTH_FILE, truth=True))
    lap("reduce")
    stored, contract = metadata.observable().to_arrow(), contract_for(metadata.vocabulary)
    for name, table in tables.items():
        write_table(table, contract.tables[name], folder_of(directory, name), ("csv", "parquet"), stored)
    digests_of(directory, [path.relative_to(directory).as_posix() for path in directory.rglob("*.*")])
    lap("write")
    return seconds


if __name__ == "__main__":
    started = process_time()
    target = Path(sys.argv[2])
    (target / PHASES).write_text(json.dumps({"interpreter": started} | phases(Path(sys.argv[1]), target / "run")))
