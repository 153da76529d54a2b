"""What a device is: thing models, points, batches of readings, command rules. Pure."""
