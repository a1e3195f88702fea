"""One module a container: where EXIF, IPTC and XMP stand in it, and how they are put there without loss."""
