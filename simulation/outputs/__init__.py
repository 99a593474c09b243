"""Tables and log as other tools want them."""
