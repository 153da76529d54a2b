"""What domains may know of each other: facts, requests, questions. Read it and know the system."""
