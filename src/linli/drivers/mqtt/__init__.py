"""MQTT 3.1.1 and 5.0 as devices speak it: packets, topics, our acceptor, a client for brokers."""
