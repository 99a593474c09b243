"""The explorer's worker: a process that carries out one task after the other, and tells what comes of it.

Tasks come as lines of JSON on standard input; messages about them go to standard output, likewise. Where standard input
ends, so has the explorer, perhaps killed: the worker then removes the explorer's folder and ends.
"""

import gc
import json
import os
import shutil
import signal
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from traceback import print_exc
from typing import TextIO

from simulation.explorer.tasks import TASKS, Task, prepare
from simulation.lib.errors import UserError


def main(place: str) -> None:
    """Carry out tasks in the explorer's folder, until standard input ends."""
    folder = Path(place)
    # Whatever else is printed is no message, and no process that is started here may read a task.
    asked, out = os.fdopen(os.dup(0), encoding="utf-8"), os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)

    def tell(**message: object) -> None:
        print(json.dumps(message), file=out, flush=True)

    tasks: SimpleQueue[Task] = SimpleQueue()
    Thread(target=_receive, args=(asked, tasks, folder), daemon=True).start()
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


def _receive(asked: TextIO, tasks: "SimpleQueue[Task]", folder: Path) -> None:
    for line in asked:
        tasks.put(json.loads(line))
    while folder.exists():  # what this process is writing meanwhile may need a second attempt
        shutil.rmtree(folder, ignore_errors=True)
    end_group(os.getpid())
