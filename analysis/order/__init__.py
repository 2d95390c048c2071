"""Order of a frame: order parameters, structure and scattering."""
