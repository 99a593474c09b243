"""Who lives in the world: tutors and students, their traits, personas and state. No clock runs here."""
