"""Paper scanners, each kind a module."""
