"""How articles become cases, and how cases are judged. No orchestration here."""
