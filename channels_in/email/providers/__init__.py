"""Mail by providers with a web interface (Mailgun, Postmark, Amazon SES ...), both ways, through django-anymail.

`catalog` says who they are, `sending` hands mail over, `proofs` tells their webhooks from forgeries, `webhooks` reads
what they tell, and `fetching` gets what a webhook only mentions.
"""
