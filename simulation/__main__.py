"""`python -m simulation`."""

import signal

if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # until a command begins there is nobody to tell of an interrupt

from simulation.cli import main

main()
