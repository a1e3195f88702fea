"""What an author states: steps, tools, credit, permissions; the artist's profile."""
