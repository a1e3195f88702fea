"""What tests stand on: keys, pictures and the environment, all made at run time."""
