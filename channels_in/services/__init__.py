"""What may be done with deliveries: accept, process, retry, discard; and sending out."""
