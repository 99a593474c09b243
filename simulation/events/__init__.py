"""The vocabulary of the log: each event declared once, in the module of the mechanism that writes it.

An event is a named tuple; its type in the log is its class name in snake case. The fields in `KEYS`
are columns of every event, all others are payload. Datetimes are simulated seconds until the log
writes them. Payloads hold what happened, never what a reduction of the log can derive.

`OBSERVABLE` events are what a platform could have seen, `TRUTH` is what only the simulator knows.
"""

from simulation.events.attrition import *
from simulation.events.booking import *
from simulation.events.burnout import *
from simulation.events.churn import *
from simulation.events.coaching import *
from simulation.events.declaring import *
from simulation.events.demand import *
from simulation.events.experiments import *
from simulation.events.interventions import *
from simulation.events.platform_activity import *
from simulation.events.population import *
from simulation.events.rescheduling import *
from simulation.events.sessions import *
from simulation.events.student_leaving import *

OBSERVABLE = observable.in_order()
TRUTH = truth.in_order()
