/// What a pool is opened for. Any number read; one writes.
public enum Access: Sendable { case reading, writing }
