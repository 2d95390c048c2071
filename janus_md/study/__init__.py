"""What is to be simulated: particles, state points and sweeps of them."""
