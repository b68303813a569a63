"""The exchange tables UP_PRO_* for a provincial hub (specs domain 9.6): `hall export up-pro`."""
