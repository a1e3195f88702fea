"""What it costs, as ratios in one run: ours against the bare engine, a hash, and another verifier."""
