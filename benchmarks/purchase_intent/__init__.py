"""Will a visitor buy an item looked at lately? The one public protocol for RetailRocket whose rows leak nothing.

Belongs here: that protocol on any folder with the original files, its published figures beside ours. Does not belong
here: the platform's own questions, which are asked of visitors and not of pairs.
"""
