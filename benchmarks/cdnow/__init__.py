"""What 2,357 customers of a music shop were worth: the public data set on which models of lifetime value are compared.

Belongs here: its protocol, frozen before its holdout is read, and our candidates beside the published ways. Does not
belong here: the platform's own questions, whose candidates are asked here too, unchanged.
"""
