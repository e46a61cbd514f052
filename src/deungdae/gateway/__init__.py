"""The gateway: what machines and clients send, understood and kept before it is answered."""
