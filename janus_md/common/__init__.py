"""What every part uses: errors, messages, interrupts, locks and the cache."""
