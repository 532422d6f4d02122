"""The parts of reading an RGB-D pair: pictures, depth, units, geometry."""
