"""Between the programs of one installation: durable queues, live messages and small settings.

The only place that speaks NATS.
"""
