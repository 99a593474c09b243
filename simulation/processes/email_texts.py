"""The texts of the platform's emails, of the answers to them, and of delivery errors."""

CHANNEL = "email"

# In the order of the scenario's shares: positive, neutral, negative.
ANSWERS = (
    ("positive", "Thank you, this helps. I will try it this week."),
    ("neutral", "Received, thanks."),
    ("negative", "This does not fit how I teach."),
)

BOUNCES = ("mailbox full", "address not found", "rejected by the receiving server")

# Subject and content of the email, by type of intervention.
TEXTS = {
    "first_session": (
        "Making first sessions count",
        "Some of your first sessions were rated lower than usual. Here is a short checklist for the first ten minutes.",
    ),
    "churn": (
        "How can we support you?",
        "We noticed that the last weeks may have been demanding. Reply to this email, or book a call with your coach.",
    ),
    "quality": (
        "Ideas for your next sessions",
        "Your latest ratings are below your own average. These three exercises have helped other tutors.",
    ),
    "technical": (
        "Let us fix your connection",
        "Several of your sessions had technical problems. This guide takes five minutes, and support is glad to help.",
    ),
    "engagement": (
        "Bring your sessions to life",
        "Students are most engaged when they speak half of the time. Here are ways to get them talking.",
    ),
}
