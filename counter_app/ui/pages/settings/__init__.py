"""设置: how this machine is set up, its devices and people, and whether it is fit for the day."""
