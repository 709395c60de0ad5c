"""One request on the wire: what is to happen, the drivers that do it, and how an answer is read."""
