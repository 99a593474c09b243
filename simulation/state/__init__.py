"""A world's state as plain data: agents, what behaviours remember, and what is due; in memory and on disk.

Random numbers have no state here, and whatever is drawn from keys is drawn again. So a state is who is where, what each
remembers, and what will happen when, and the world that is made of it goes on as the one it was taken of.
"""
