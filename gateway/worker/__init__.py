"""The heart-beat: asks each room for its due work, until it is told to drain."""
