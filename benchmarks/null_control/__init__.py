"""What models find where there is nothing to be found, and how often the gate then lets one serve.

Belongs here: worlds without relations, shuffled answers, the error rate of the gate. Does not belong here: how such a
world is drawn (``ecom_assets.sample``), the gate itself (``ml_assets.registry``).
"""
