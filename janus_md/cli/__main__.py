"""The command line as ``python -m janus_md.cli``."""

from janus_md.cli.app import main

if __name__ == "__main__":
    main()
