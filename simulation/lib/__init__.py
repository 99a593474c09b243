"""What is nobody's: small helpers that know nothing of the model."""
