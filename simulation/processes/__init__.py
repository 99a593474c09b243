"""What agents do in time, one behaviour per module."""
