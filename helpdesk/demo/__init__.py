"""A believable small company for the first look: Kestrel Coffee, which sells and mends coffee machines."""
