"""One case (picture 04): what it is, what is certain, what is due and why, what happened, what can be done."""
