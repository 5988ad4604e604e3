"""Fair duels of two networks: what is asked, how it is run, what it came to, and a report to hand out."""
