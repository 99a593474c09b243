"""The rolling churn signals, and the figures that they are made of."""
