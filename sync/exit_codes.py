"""How the programs end (cli design): 0 done, 1 refused or failed, else one of these."""

WRONG_USAGE = 2
INTERRUPTED = 130  # 128 and the number of SIGINT, as shells count it
