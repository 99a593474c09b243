"""Small helpers that know nothing of the model, and import nothing else of the package."""
