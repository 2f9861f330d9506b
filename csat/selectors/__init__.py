"""What others may read of surveys, requests and ratings."""
