"""The second screen, turned to the applicant: what was taken in, what comes next, the rating; no numbers."""
