"""What domains may know of each other: facts, requests and questions. Read it and know the system."""
