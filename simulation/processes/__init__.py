"""What agents do in time: one behaviour per module, named after its section of the scenario.

A new behaviour is a module here, its place in `World._start_behaviours`, its switch or parameters in
`simulation.scenario` and, if ties with others must be ordered, an `EventPriority`.
"""
