"""What people look at: results as tables and as pictures."""
