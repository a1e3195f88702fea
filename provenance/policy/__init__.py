"""Report -> Facts -> Verdict: what a studio or a gallery asks for, met, not met or unknown, each with its reason.

Nothing unverified ever counts for a file, absence is unknown, and nothing weak condemns a person.
"""
