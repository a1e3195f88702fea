"""What may be done with a picture, from every carrier and channel, as one decision; and what a site must serve."""
