"""The answers to the platform's emails, and the errors of their delivery."""

CHANNEL = "email"

# In the order of the scenario's shares: positive, neutral, negative.
ANSWERS = (
    ("positive", "Thank you, this helps. I will try it this week."),
    ("neutral", "Received, thanks."),
    ("negative", "This does not fit how I teach."),
)

BOUNCES = ("mailbox full", "address not found", "rejected by the receiving server")
