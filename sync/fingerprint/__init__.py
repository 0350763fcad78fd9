"""What a delivery is like, and how stable it is against another one, without a value of any attribute.

For limits that rest on what one real province shows. Two conformed deliveries go in, figures come out: counts, shares,
metres. Nothing leaves this room by which a value could be found again.
"""
