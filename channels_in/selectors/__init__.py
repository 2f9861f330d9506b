"""What may be read about deliveries."""
