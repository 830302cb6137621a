"""What stands behind a sample: its planted parameters, and what an oracle could say of each question.

Belongs here: statements about the drawn world that only somebody who knows its parameters can make, each from the
history that was observable. Does not belong here: draws, raw files. Nothing outside of the sample reads what is
written here.
"""
