"""The village agent's dress (picture 11): the same services, one thing to do on each screen, in large type."""
