"""What takes money from a client: one module per way of being paid, all behind ``port.PaymentGateway``."""
