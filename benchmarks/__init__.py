"""What the simulation costs, measured."""
