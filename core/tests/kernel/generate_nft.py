def generate(rng, unmodelled): raise NotImplementedError
