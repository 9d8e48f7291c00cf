"""Redis as the carrier of bells. Nothing is put back where a connection is lost: every bell that was not
heard rings again (guandu.jobs.worker.reap), and putting back is what fails in a worker whose Redis is away."""

from kombu.transport import redis


class Channel(redis.Channel):
    ack_emulation = False
    do_restore = False


class Transport(redis.Transport):
    Channel = Channel
