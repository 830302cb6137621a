"""What a customer or a seller will be worth: laws of buying, their challenger, and how both are measured.

Belongs here: models of lifetime value. Does not belong here: churn, segments, reading the warehouse.
"""
