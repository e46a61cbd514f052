"""Reads registers and bits of Modbus TCP devices: PLCs, meters, temperature controllers."""
