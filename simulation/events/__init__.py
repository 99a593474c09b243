"""The vocabulary of the log: each event declared once, in the module of its mechanism, with typed, documented fields.

An event is a named tuple; its type in the log is its class name in snake case. The fields in `KEYS` are columns of
every event, all others are payload. Datetimes are simulated seconds until the log writes them. Payloads hold what
happened, never what a reduction of the log can derive.

`OBSERVABLE` are the events that a platform could record, `TRUTH` those that only the simulator knows. Both are in the
order of the places that the events declare, which is the order of the log's columns, whatever is imported first.
"""

from simulation.events.attrition import *
from simulation.events.burnout import *
from simulation.events.churn import *
from simulation.events.coaching import *
from simulation.events.declaring import *
from simulation.events.declaring import observable, truth
from simulation.events.demand import *
from simulation.events.experiments import *
from simulation.events.interventions import *
from simulation.events.matching import *
from simulation.events.parameter_changes import *
from simulation.events.platform_activity import *
from simulation.events.population import *
from simulation.events.rescheduling import *
from simulation.events.sessions import *
from simulation.events.student_leaving import *

OBSERVABLE = observable.in_order()
TRUTH = truth.in_order()
