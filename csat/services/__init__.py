"""What changes surveys, requests, ratings and recoveries."""
