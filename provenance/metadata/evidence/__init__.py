"""What a working file tells of how a picture came about: its bytes by their hash, and a few facts by its format."""
