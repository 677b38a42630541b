"""What hands an SMS to a network: one module per carrier, all behind ``port.Carrier``."""
