"""The agents' socket: consumers, topics, presence. No models."""
