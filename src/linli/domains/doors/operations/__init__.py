"""Every write to doors."""
