"""The explorer's worker: a process that carries out one task after the other, and tells what comes of it.

Tasks come as lines of JSON on standard input; messages about them go to standard output, likewise. Where standard input
ends, so has the explorer, perhaps killed: the worker then removes the explorer's folder and ends.
"""

import gc
import json
import os
import shutil
import signal
import sys
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from traceback import print_exc

from simulation.explorer.tasks import TASKS, Task, prepare
from simulation.lib.errors import UserError


def main(place: str) -> None:
    """Carry out tasks in the explorer's folder, until standard input ends."""
    folder = Path(place)
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever else is printed is no message

    def tell(**message: object) -> None:
        print(json.dumps(message), file=out, flush=True)

    tasks: SimpleQueue[Task] = SimpleQueue()
    Thread(target=_receive, args=(tasks, folder), daemon=True).start()
    gc.disable()  # collecting while a world runs costs a tenth of the time
    prepare()

    from simulation.execution.executors import line_of

    while True:
        task = tasks.get()
        try:
            TASKS[task["work"]](task, folder, tell)
            tell(over="done")
        except Exception as error:  # noqa: BLE001 -- whatever it is, it belongs to this task alone
            if not isinstance(error, UserError):
                print_exc()
            tell(over="failed", error=line_of(error))
        gc.collect()


def end_group(pid: int) -> None:
    """End a worker at once, with all processes that it started."""
    if hasattr(os, "killpg"):
        os.killpg(pid, signal.SIGKILL)
    else:
        os.kill(pid, signal.SIGTERM)


def _receive(tasks: "SimpleQueue[Task]", folder: Path) -> None:
    for line in sys.stdin:
        tasks.put(json.loads(line))
    while folder.exists():  # what this process is writing meanwhile may need a second attempt
        shutil.rmtree(folder, ignore_errors=True)
    end_group(os.getpid())
