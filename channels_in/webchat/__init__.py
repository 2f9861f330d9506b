"""Chat on the customer's own site: visitors, their tokens, what they write and how answers reach them."""
