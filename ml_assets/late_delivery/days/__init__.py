"""Days from a decision (purchase, hand-over) to the delivery, with an interval that covers what it says it covers.

Belongs here: quantile models, their rolling recalibration, the count of what the intervals covered. Does not belong
here: whether an order will be late (``late_delivery.questions``), reading the warehouse, assets.
"""
